/// A deliberate exception: in this file this rule may be broken so much and no more.
///
/// `limit` is what was measured: the size for a size rule, else the number of findings. When the file gets better the
/// limit has to follow, so that the list can only shrink.
struct Allowance {
    let path: String
    let rule: RuleName
    let limit: Int
    let reason: String
}

/// Every exception there is.
///
/// Add to it only with a reason that holds next year.
let allowances: [Allowance] = []

/// The findings that no allowance covers, with one more for each allowance that allows too much.
func remaining(_ findings: [Finding], after allowances: [Allowance]) -> [Finding] {
    var rest = findings
    for allowance in allowances {
        let covered = rest.filter { $0.path == allowance.path && $0.rule == allowance.rule }
        let measured = covered.compactMap(\.size).max() ?? covered.count
        if measured > allowance.limit { continue }
        rest.removeAll { $0.path == allowance.path && $0.rule == allowance.rule }
        if measured < allowance.limit {
            let message =
                measured == 0 ? "its allowance is not needed; remove it" : "lower its allowance to \(measured)"
            rest.append(Finding(path: allowance.path, line: 1, rule: allowance.rule, message: message))
        }
    }
    return rest
}
