/// `value` in 64 bits; for positions in a stream, which outgrow 32 bits after three days.
///
/// Words are put side by side in little-endian order because the conversion `UInt64(someUInt32)` goes through generic
/// code that Embedded Swift doesn't specialise.
@inline(__always)
func widened(_ value: UInt32) -> UInt64 { unsafeBitCast((value, 0 as UInt32), to: UInt64.self) }
