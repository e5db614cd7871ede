/// What the journal holds of a run when it is carried out.
public enum RunStanding: Sendable {
    /// It is there, and steps of it may be too.
    case begun
    /// It is there, or a write that is awaited puts it there, and no step of it.
    case created
    /// Only its name is given away: it is stored with its first intents, or with its end if that comes before.
    case named
}
