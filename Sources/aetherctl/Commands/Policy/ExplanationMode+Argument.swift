public import ArgumentParser
public import PolicyTool

extension ExplanationMode: ExpressibleByArgument {}
