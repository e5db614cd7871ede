/// What a template of Go's text/template is made of.
indirect enum TemplateNode {
    case text([UInt8])
    case output(TemplatePipeline)
    case condition(TemplatePipeline, then: [TemplateNode], otherwise: [TemplateNode])
    case scope(TemplatePipeline, then: [TemplateNode], otherwise: [TemplateNode])
    case loop(TemplatePipeline, body: [TemplateNode], otherwise: [TemplateNode])
    case invoke(String, TemplatePipeline?)
    case leave(isContinue: Bool)
}

/// Commands, each of which takes the result of the one before it as its last argument.
struct TemplatePipeline {
    /// The variables that take the result; two of them in a loop.
    var variables: [String] = []
    /// True for `:=`, false for `=`.
    var declares = true
    var commands: [[TemplateOperand]] = []
}

/// One word of a command.
indirect enum TemplateOperand {
    case dot
    case literal(RegoValue)
    /// `.a.b`, `$x.a` or `(…).a`.
    case fields(of: TemplateOperand, [String])
    case variable(String)
    case function(String)
    case group(TemplatePipeline)
}
