import Testing

@testable import Rego

/// Certificates of openssl.
///
/// The root signed `limited`, which may certify below example.com without bad.example.com, and
/// addresses of 10.0.0.0/8; `unsigning`, whose key may not sign; and `critical`, with an extension nobody knows.
/// `limited` signed `within`, `excluded` (x.bad.example.com), `outside` (example.org) and `address` (192.168.0.1).
@Suite struct CertificateTests {
    private static let certificates = [
        "root":
            "MIIBYzCCAQqgAwIBAgIUKjcIjifj742+jVy86CvKAPeRusAwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjIx"
            + "MzM1NDlaGA8yMTI2MTAyOTEzMzU0OVowDzENMAsGA1UEAwwEcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIUoAFyZUrW3"
            + "lLar3a1RCLMezLI6y9u0q/5I7k3VNfyxan1oPqHvc1gqurc3EmXYHsOjnKmUFHbHmHXOGokShpWjQjBAMA8GA1UdEwEB/wQFMAMB"
            + "Af8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBQGYmt6fKmGXlEIvuF73pXFafCZZjAKBggqhkjOPQQDAgNHADBEAiBJYJunhSiw"
            + "/FMRw71NekGmF73zk7poms8xVM3TtXzMWwIgBByY0LcAWTYUoy6LrG5p3QO7Fizb3Qcc9u0J1wsNGUE=",
        "limited":
            "MIIBxzCCAW6gAwIBAgIUU0ALU2VbrOzlKhS4u939F4yPWdYwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjIx"
            + "MzM1NDlaGA8yMTI2MTAyOTEzMzU0OVowEDEOMAwGA1UEAwwFaW50ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARhHQ3rUKh2"
            + "L6UtRZZgYS/ouXtzSwl2akgwjOGme7GsEUbQ4EJ1X3bQ93+3GfGVHvRWhu1L+/Qo3asLWILPPmrQo4GkMIGhMA8GA1UdEwEB/wQF"
            + "MAMBAf8wDgYDVR0PAQH/BAQDAgIEMD4GA1UdHgEB/wQ0MDKgGzANggtleGFtcGxlLmNvbTAKhwgKAAAA/wAAAKETMBGCD2JhZC5l"
            + "eGFtcGxlLmNvbTAdBgNVHQ4EFgQUhgopDKCm7sZPRSKZ9OCEldCRwUQwHwYDVR0jBBgwFoAUBmJrenyphl5RCL7he96VxWnwmWYw"
            + "CgYIKoZIzj0EAwIDRwAwRAIgKCLAKjg6sPh/qMeHWFg38dlRbtVSDdZhwp3Pq6HboeYCIEHqDnVykUH1s2UQDsI3gcVfIMeaIDHL"
            + "kf7/eIBPjqyX",
        "unsigning":
            "MIIBhjCCAS2gAwIBAgIUU0ALU2VbrOzlKhS4u939F4yPWdcwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjIx"
            + "MzM1NDlaGA8yMTI2MTAyOTEzMzU0OVowETEPMA0GA1UEAwwGbm9zaWduMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEg9faxtST"
            + "/7Us/wHojQ+JN+Eo8LS5DsfuD1ne4gOZHKqFjUbevn6kvVb9plBnlUGgnr37gcmbStFYHecIEHnVRaNjMGEwDwYDVR0TAQH/BAUw"
            + "AwEB/zAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFDZXF7gdK10n2Et0KPE5sEZxIuHTMB8GA1UdIwQYMBaAFAZia3p8qYZeUQi+"
            + "4XvelcVp8JlmMAoGCCqGSM49BAMCA0cAMEQCIDwBZWj1Z212frTyDAIaV02ZQt/iKAGrFhUWUuCaveeVAiAtDj9iVBYGpZF2tX7+"
            + "4TWLgr8VUCLXjG86UZkLcxnyHg==",
        "within":
            "MIIBhDCCASugAwIBAgIUI61p0lVjeDEVohvpA5M5QSsg78MwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFaW50ZXIwIBcNMjYxMTIy"
            + "MTMzNTQ5WhgPMjEyNjEwMjkxMzM1NDlaMA8xDTALBgNVBAMMBGdvb2QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT0I1DBySbM"
            + "8Ew7q43+opPkhKJixjqcmvbMHOoZxhrAKgEMhu4mxeJVJGMwP1esCuhZdX7iM+OgIFznJ+0Jd7PPo2IwYDAeBgNVHREEFzAVgg1h"
            + "LmV4YW1wbGUuY29thwQKAQIDMB0GA1UdDgQWBBREqYvgo9SCL7HJD0fjV1cPXCmQTDAfBgNVHSMEGDAWgBSGCikMoKbuxk9FIpn0"
            + "4ISV0JHBRDAKBggqhkjOPQQDAgNHADBEAiBAZ3LLajNceSi7Wg+qT20AYRnQU0FWx12r7C+CtqQWPQIgPP+4JKV2tjYdaJUERVxF"
            + "fKq0LplqvaRmMNfZk2AyAmY=",
        "excluded":
            "MIIBgzCCASmgAwIBAgIUI61p0lVjeDEVohvpA5M5QSsg78QwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFaW50ZXIwIBcNMjYxMTIy"
            + "MTMzNTQ5WhgPMjEyNjEwMjkxMzM1NDlaMA8xDTALBgNVBAMMBGJhZDEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS6SFID4gbi"
            + "xDjtiabR0BO0isDzp1vPWpqsmUOT8S1Wby7LgBjNSY7/wcoDtsStmi2bkn4mlawph9uVShsqkaogo2AwXjAcBgNVHREEFTATghF4"
            + "LmJhZC5leGFtcGxlLmNvbTAdBgNVHQ4EFgQUWF/f3xuIHstULsByO/599qI25eIwHwYDVR0jBBgwFoAUhgopDKCm7sZPRSKZ9OCE"
            + "ldCRwUQwCgYIKoZIzj0EAwIDSAAwRQIgaezVMSXIJnvtmsF9geJgGr9Bo6z4aGHVqWpB4eUjKzICIQCqYck4hDYZwEi6mgJnxC/h"
            + "8Fo+WO9tmJPTDK04aMwh5Q==",
        "outside":
            "MIIBfDCCASOgAwIBAgIUI61p0lVjeDEVohvpA5M5QSsg78UwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFaW50ZXIwIBcNMjYxMTIy"
            + "MTMzNTQ5WhgPMjEyNjEwMjkxMzM1NDlaMA8xDTALBgNVBAMMBGJhZDIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARzDlYlSL5Q"
            + "17Ltaemvo0sT/k+oU7/cQj7lXc+GMmu3MswPX9Sn//qBoJxff4DW4R4H/tHSz4bEo80bpyd/QQuJo1owWDAWBgNVHREEDzANggtl"
            + "eGFtcGxlLm9yZzAdBgNVHQ4EFgQUe85B7Ze1i96ykFd0A2oZZoqbJSwwHwYDVR0jBBgwFoAUhgopDKCm7sZPRSKZ9OCEldCRwUQw"
            + "CgYIKoZIzj0EAwIDRwAwRAIgHsa13YCQTSgkKloApPhbuo2WtYYldzLB9mO1sAfnTrUCIDMsXfneeSgIZmmay4bjLtg22PHc8Ra2"
            + "b681GzX7uvYS",
        "address":
            "MIIBhjCCASugAwIBAgIUI61p0lVjeDEVohvpA5M5QSsg78YwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFaW50ZXIwIBcNMjYxMTIy"
            + "MTMzNTQ5WhgPMjEyNjEwMjkxMzM1NDlaMA8xDTALBgNVBAMMBGJhZDMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASsC65kVtfp"
            + "VjVEcsGud5v47OgPWNxhZxfGsWOQISNImU4EMMHF/WOXCfbGF/s8x6I/h+Mgoq+un3Cq8bUXZAFEo2IwYDAeBgNVHREEFzAVgg1h"
            + "LmV4YW1wbGUuY29thwTAqAABMB0GA1UdDgQWBBSnxaf3HoZqNogXEIXV1Nnm/c20/TAfBgNVHSMEGDAWgBSGCikMoKbuxk9FIpn0"
            + "4ISV0JHBRDAKBggqhkjOPQQDAgNJADBGAiEAwJ3K4ztuPjKsTGFmH3HOPB0/p8I/h8wizIyQcygW1l4CIQDao8Ck2waL1egUOCMs"
            + "qmgAA8+mzU9icJoH7xWzGC75Nw==",
        "critical":
            "MIIBjTCCATOgAwIBAgIUU0ALU2VbrOzlKhS4u939F4yPWdgwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjIx"
            + "MzM1NDlaGA8yMTI2MTAyOTEzMzU0OVowDzENMAsGA1UEAwwEY3JpdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKju2n1JwzLe"
            + "Ty472ux5ohWPY+C05p1fvCDmhB9BazL9DAFclN6R75+M5BZhK64JMVq8So259fC8bSpr9rMOZ2CjazBpMBgGA1UdEQQRMA+CDWEu"
            + "ZXhhbXBsZS5jb20wDQYDKgMEAQH/BAMMAXgwHQYDVR0OBBYEFPyS7S9derETKxfbumLgBdirS6oeMB8GA1UdIwQYMBaAFAZia3p8"
            + "qYZeUQi+4XvelcVp8JlmMAoGCCqGSM49BAMCA0gAMEUCIQCoMxIQzzSoAIWgZN219iQ5QpX1RiwQ65iFsyVY98q1IQIgH6FwTjJ2"
            + "yIeO+lVyAguwA6yM7yUARIpRZaesqjoDKtI=",
        "unsigned":
            "MIIBiDCCAS6gAwIBAgIUdvj8sqscF09Fmz6CMUK8oHur3FIwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGbm9zaWduMCAXDTI2MTEy"
            + "MjEzMzU0OVoYDzIxMjYxMDI5MTMzNTQ5WjARMQ8wDQYDVQQDDAZsZWFmbnMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQRH9jy"
            + "bI1LeyrKzofe0L0Gm4z48WiLBrTSlrBfgseVXVWSls0kyH2XAXoQNqs2gORrAmKJC2TU7PPBQyPnV9Pto2IwYDAeBgNVHREEFzAV"
            + "gg1hLmV4YW1wbGUuY29thwQKAQIDMB0GA1UdDgQWBBTyR2G6PoQpMVcPF1xJB5JyBmURyjAfBgNVHSMEGDAWgBQ2Vxe4HStdJ9hL"
            + "dCjxObBGcSLh0zAKBggqhkjOPQQDAgNIADBFAiEA/8WrQDosjsrbxscHn7/KsWlKT787w21ozosiJ1cPZ7oCICx7UKFQh/YYeGOJ"
            + "SgBD642ryGk0G8wD0BRvTYSnIpdg",
    ]

    @Test(arguments: [
        (["root", "limited", "within"], true), (["root", "limited", "excluded"], false),
        (["root", "limited", "outside"], false), (["root", "limited", "address"], false),
        (["root", "unsigning", "unsigned"], false), (["root", "critical"], false), (["root", "within"], false),
    ])
    func `a chain holds where each authority may certify what stands below it`(names: [String], holds: Bool) throws {
        let blocks = names.map {
            "-----BEGIN CERTIFICATE-----\n\(Self.certificates[$0] ?? "")\n-----END CERTIFICATE-----\n"
        }
        let declaration = try #require(Builtins.all["crypto.x509.parse_and_verify_certificates_with_options"])
        // 2030-01-01: within the time of all of them.
        let result = try declaration.evaluate(
            testContext(), [RegoValue(blocks.joined()), ["CurrentTime": 1_893_456_000_000_000_000]])
        #expect(result?[0] == .bool(holds))
    }
}
