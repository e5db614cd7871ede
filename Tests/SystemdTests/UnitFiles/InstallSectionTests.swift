import Testing

@testable import Systemd

@Suite struct InstallSectionTests {
    private func section(_ text: String) -> InstallSection {
        InstallSection(parsing: Array(text.utf8))
    }

    @Test(arguments: [
        "[Install]\nWantedBy=multi-user.target", "[Install]\nRequiredBy = a.target\n",
        "[Install]\r\nAlias=b.service\r\n",
        "[Unit]\n[Install]\n  WantedBy=a.target\n[Service]\n", "[Install]\n[Install]\nWantedBy=a.target",
        "[Install]\nWantedBy=\\\n# a comment\na.target", "[Install]\nWantedBy=\nWantedBy=a.target",
        "[Install]\nWanted\\\n",
    ])
    func `rules are found where they are`(text: String) {
        #expect(section(text).hasRules == !text.hasSuffix("Wanted\\\n"))
    }

    @Test(arguments: [
        "", "\n\n", "[Install]", "WantedBy=a.target", "[Unit]\nWantedBy=a.target", "[Install]\n#WantedBy=a.target",
        "[Install]\n;WantedBy=a.target", "[Install]\nWantedBy=", "[Install]\nWantedBy=a.target\nWantedBy=",
        "[Install]\nwantedby=a.target", "[Install ]\nWantedBy=a.target", "[Install]\n[Service]\nWantedBy=a.target",
        "[Install]\nDefaultInstance=a", "[Install]\nWantedBy a.target",
        "[Service]\nExecStart=/x \\\n[Install]\\\nWantedBy=a",
    ])
    func `no rules are found where there are none`(text: String) {
        #expect(!section(text).hasRules && !section(text).hasAlso)
    }

    @Test func `a unit that only enables others is told apart`() {
        let section = section("[Install]\nAlso=a.socket\n")
        #expect(section.hasAlso && !section.hasRules)
    }
}
