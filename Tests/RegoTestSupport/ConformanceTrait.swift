public import Testing

extension Trait where Self == ConditionTrait {
    /// Skips where the suite of OPA is not there, unless `AETHEREDGE_LAB=required`.
    public static var needsConformanceSuite: ConditionTrait {
        .enabled("the suite of OPA is not on this machine; name its file in REGO_CONFORMANCE") {
            ConformanceCase.isExpected
        }
    }
}
