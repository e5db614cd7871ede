import TestSupport
import Testing

@testable import Systemd

@Suite struct UnitNameTests {
    @Test(arguments: [
        "nginx.service", "getty@.service", "getty@tty1.service", "a@b@c.service", "-.mount", "-.slice",
        "dev-sda1.device",
        "sys-devices-x\\x2d1.device", "foo:bar_baz-1.2.socket", "a.b.c.target", "x.automount", "x.swap", "x.timer",
        "x.path",
        "x.scope", ".service.service", String(repeating: "a", count: 247) + ".service",
    ])
    func `a name that systemd accepts is accepted unchanged`(name: String) throws {
        #expect(try UnitName(name).rawValue == name)
    }

    @Test(arguments: [
        "", ".", "nginx", "nginx.", ".service", "nginx.conf", "nginx.Service", "@.service", "@x.service", "a b.service",
        "a/b.service", "nginx.service ", "nginx.service\n", "a\nb.service", "a\0.service", "é.service", "a%b.service",
        "a,b.service", "../x.service", String(repeating: "a", count: 248) + ".service",
    ])
    func `a name that systemd refuses is refused`(name: String) {
        let error = #expect(throws: SystemdError.self) { try UnitName(name) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `a template, an instance and a plain name are told apart`() throws {
        let template = try UnitName("getty@.service")
        #expect(template.isTemplate && template.instance == nil && template.prefix == "getty")
        #expect(template.template == nil)
        let instance = try UnitName("getty@tty1.service")
        #expect(!instance.isTemplate && instance.instance == "tty1" && instance.prefix == "getty")
        #expect(instance.template == template)
        #expect(try template.instantiated(with: "tty1") == instance)
        let nested = try UnitName("a@b@c.d.service")
        #expect(nested.prefix == "a" && nested.instance == "b@c.d" && nested.template?.rawValue == "a@.service")
        let plain = try UnitName("nginx.service")
        #expect(!plain.isTemplate && plain.instance == nil && plain.template == nil && plain.prefix == "nginx")
    }

    @Test func `an instance needs a template and a valid text`() throws {
        #expect(throws: SystemdError.self) { try UnitName("nginx.service").instantiated(with: "x") }
        #expect(throws: SystemdError.self) { try UnitName("getty@.service").instantiated(with: "") }
        #expect(throws: SystemdError.self) { try UnitName("getty@.service").instantiated(with: "a/b") }
    }

    @Test func `the suffix gives the type and its interface`() throws {
        for type in UnitType.allCases {
            #expect(try UnitName("x.\(type.rawValue)").type == type)
        }
        #expect(UnitType.automount.interface == "org.freedesktop.systemd1.Automount")
    }

    @Test(arguments: [
        ("dbus.service", "dbus_2eservice"), ("-.mount", "_2d_2emount"), ("9p.service", "_39p_2eservice"),
        ("a_b@c\\x2dd.service", "a_5fb_40c_5cx2dd_2eservice"),
    ])
    func `the object path escapes what is not a letter or an inner digit`(name: String, label: String) throws {
        let path = "/org/freedesktop/systemd1/unit/" + label
        #expect(try UnitName(name).objectPath == path)
        #expect(try UnitName(objectPath: path).rawValue == name)
    }

    @Test func `every random name comes back from its object path`() throws {
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("abzAZ019:-_.\\@".utf8)
        for _ in 0..<2000 {
            let stem = "x" + String(decoding: generator.bytes(of: alphabet, upTo: 40), as: UTF8.self)
            let name = try UnitName(stem + ".service")
            #expect(try UnitName(objectPath: name.objectPath) == name)
        }
    }

    @Test(arguments: [
        "", "/", "/org/freedesktop/systemd1", "/org/freedesktop/systemd1/unit/", "/org/freedesktop/systemd1/unit/_",
        "/org/freedesktop/systemd1/job/12", "/org/freedesktop/systemd1/unit/a_2fb_2eservice",
        "/org/freedesktop/systemd1/unit/a_ff_2eservice",
    ])
    func `an object path that is not of a unit is refused`(path: String) {
        #expect(throws: SystemdError.self) { try UnitName(objectPath: path) }
    }
}
