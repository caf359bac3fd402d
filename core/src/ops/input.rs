//! Rule 1: pixels to the network's input by a table of 256 entries a channel, which holds the data set's normalization.

/// One row of pixels, channels last, through `table` (`[channel][256]`) into `out`, -127 to 127.
pub fn input_row(table: &[i8], pixels: &[u8], channels: usize, out: &mut [i8]) {
    let channels = channels.max(1);
    for (pixel, values) in pixels.chunks_exact(channels.max(1)).zip(out.chunks_exact_mut(channels.max(1))) {
        for ((&p, value), table) in pixel.iter().zip(values).zip(table.chunks_exact(256)) {
            *value = table.get(usize::from(p)).copied().unwrap_or(0);
        }
    }
}
