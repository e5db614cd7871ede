internal import Model

/// Writes the text format of Prometheus, version 0.0.4.
struct MetricText {
    private(set) var text = ""

    /// A name as Prometheus takes it.
    static func name(_ label: String) -> String {
        var name = ""
        for scalar in label.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            let isDigit = ("0"..."9").contains(scalar)
            name.unicodeScalars.append(isLetter || (isDigit && !name.isEmpty) ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }

    /// A label's value between its quotes.
    static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// Writes what stands before the samples of a family.
    mutating func begin(_ name: String, _ type: MetricType) {
        let help = metricHelp[name] ?? "A metric of the daemon."
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type.rawValue)\n"
    }

    /// Writes one sample.
    mutating func sample(_ name: String, _ labels: [String], _ value: Double) {
        let shown = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        text += "\(name)\(shown) \(Self.number(value))\n"
    }

    /// Writes a series of a family.
    mutating func series(_ name: String, _ labels: [String], _ series: MetricSeries) {
        let value = series.current()
        guard series.type == .histogram else { return sample(name, labels, value.number) }
        var total: UInt64 = 0
        for (index, count) in value.buckets.enumerated() {
            total += count
            let bound = index < MetricSeries.bounds.count ? Self.number(MetricSeries.bounds[index]) : "+Inf"
            sample(name + "_bucket", labels + ["le=\"\(bound)\""], Double(total))
        }
        sample(name + "_sum", labels, value.number)
        sample(name + "_count", labels, Double(total))
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }
}

extension MetricsRegistry {
    /// Everything as Prometheus text: the metrics that were recorded, the process, and the resources by phase.
    func render(resourceCounts: [ResourcePhase: Int], turns: FairShare.Figures = FairShare.Figures()) -> String {
        var output = MetricText()
        let (families, dropped) = snapshot()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            output.begin(name, family.type)
            for (labels, series) in family.series.sorted(by: { $0.key.pairs.lexicographicallyPrecedes($1.key.pairs) }) {
                output.series(name, labels.pairs, series)
            }
        }
        output.begin("aetheredge_metrics_dropped_series_total", .counter)
        output.sample("aetheredge_metrics_dropped_series_total", [], Double(dropped))
        output.begin("aetheredge_resources", .gauge)
        for phase in ResourcePhase.allCases {
            let count = Double(resourceCounts[phase, default: 0])
            output.sample("aetheredge_resources", ["phase=\"\(phase.rawValue)\""], count)
        }
        for (name, type, value) in [
            ("apiserver_flowcontrol_current_executing_requests", MetricType.gauge, Double(turns.served)),
            ("apiserver_flowcontrol_current_inqueue_requests", .gauge, Double(turns.waiting)),
            ("apiserver_flowcontrol_rejected_requests_total", .counter, Double(turns.refused)),
        ] {
            output.begin(name, type)
            output.sample(name, [], value)
        }
        for metric in ProcessMetrics.read() {
            output.begin(metric.name, metric.type)
            output.sample(metric.name, [], metric.value)
        }
        return output.text
    }
}
