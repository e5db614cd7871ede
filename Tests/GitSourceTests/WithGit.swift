import Testing

/// The tests that start programs.
///
/// One at a time: each starts dozens, and the fixtures wait for theirs on the threads that the others would need.
@Suite(.serialized) enum WithGit {}
