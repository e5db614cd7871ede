extension PolicySources {
    /// Adds what a bundle holds.
    mutating func add(_ bundle: PolicyBundle) throws(PolicyProblem) {
        for (file, module) in bundle.modules {
            add(module, path: bundle.name + "/" + file.path, bytes: file.bytes)
        }
        for document in bundle.documents {
            try add(document.value, below: document.keys, path: bundle.name + "/" + document.file.path)
        }
    }

    /// Adds bundles, none of which may own what another one owns.
    mutating func add(_ bundles: [PolicyBundle]) throws(PolicyProblem) {
        let roots = bundles.flatMap(\.manifest.roots)
        if bundles.count > 1, let (first, second) = BundleManifest.overlap(roots) {
            throw PolicyProblem(
                "detected overlapping roots in bundle manifest with: ['\(first)' '\(second)']")
        }
        for bundle in bundles { try add(bundle) }
    }
}
