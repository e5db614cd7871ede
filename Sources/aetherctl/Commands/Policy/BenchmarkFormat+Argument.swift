public import ArgumentParser
public import PolicyTool

extension BenchmarkFormat: ExpressibleByArgument {}
