/// The attempts of a call so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attempts {
    pub(super) count: u32,
    /// Whether one of them may have applied a write.
    pub(super) may_be_applied: bool,
}
