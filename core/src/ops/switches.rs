//! Pooling switches, 2 bits each: `2*dy + dx` of the window's maximum (rule 3), four a byte, lowest bits first.

/// Bytes of one row of `switches` switches.
pub const fn switch_row_bytes(switches: usize) -> usize {
    switches.div_ceil(4)
}

/// The switch at `index` of a packed row; 0 past its end.
#[inline]
pub fn read_switch(row: &[u8], index: usize) -> u8 {
    row.get(index / 4).map_or(0, |byte| (byte >> (2 * (index % 4))) & 3)
}

/// Writes the switch at `index` of a packed row that was zero there; nothing past its end.
#[inline]
pub fn write_switch(row: &mut [u8], index: usize, switch: u8) {
    if let Some(byte) = row.get_mut(index / 4) {
        *byte |= switch << (2 * (index % 4));
    }
}
