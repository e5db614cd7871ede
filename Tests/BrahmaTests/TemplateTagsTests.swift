import Testing

@testable import Brahma

@Suite struct TemplateTagsTests {
    private func unknown(_ text: String, _ known: Set<String> = ["a", "list"]) -> String? {
        TemplateTags.unknownParameter(in: text, known: known)?.name
    }

    @Test func `declared names, comments, partials and names within sections are fine`() {
        #expect(unknown("{{a}} {{{a}}} {{&a}} {{ a }} {{a.b}} {{.}}") == nil)
        #expect(unknown("{{! b }}{{> part}}") == nil)
        #expect(unknown("{{#list}}{{name}}{{/list}}{{a}}") == nil)
    }

    @Test func `an undeclared name is found in every form`() {
        for text in ["{{b}}", "{{{b}}}", "{{& b}}", "{{ b.c }}", "{{#list}}{{x}}{{/list}}{{b}}"] {
            #expect(unknown(text) == "b", "in \(text)")
        }
    }

    @Test func `its place counts lines and columns`() {
        let found = TemplateTags.unknownParameter(in: "one\ntwo {{b}}", known: [])
        #expect(found == TemplateTags.Unknown(name: "b", line: 2, column: 5))
    }

    @Test func `a tag that never closes is left to the parser`() {
        #expect(unknown("{{b") == nil)
    }
}
