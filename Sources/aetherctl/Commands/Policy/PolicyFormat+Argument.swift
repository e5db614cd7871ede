public import ArgumentParser
public import PolicyTool

extension PolicyFormat: ExpressibleByArgument {}
