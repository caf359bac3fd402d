//! DICOM files, written here byte by byte (explicit VR, little endian).

use std::fs;
use std::path::Path;

use super::super::{DataError, DataSet, OpenOptions, load_image};

/// A data element: tag, value representation, value.
type Element<'a> = ((u16, u16), &'a [u8; 2], Vec<u8>);

const NATIVE: &str = "1.2.840.10008.1.2.1";

fn element(((group, number), vr, mut value): Element<'_>) -> Vec<u8> {
    if value.len() % 2 == 1 {
        value.push(if vr == b"UI" { 0 } else { b' ' });
    }
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr);
    if matches!(vr, b"OB" | b"OW" | b"SQ") {
        bytes.extend([[0; 2].as_slice(), &(value.len() as u32).to_le_bytes()].concat());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// What a file says of its samples.
#[derive(Clone)]
struct Picture<'a> {
    syntax: &'a str,
    kind: &'a str,
    size: [u16; 2],
    samples: u16,
    planar: u16,
    /// Allocated and stored; the high bit is the highest stored.
    bits: [u16; 2],
    signed: bool,
    /// Decimal strings by tag, in order: rescale (0028,1052) and (0028,1053), window (0028,1050) and (0028,1051).
    numbers: Vec<((u16, u16), &'a str)>,
    frames: Option<&'a str>,
}

impl Picture<'_> {
    const GREY: Self = Self {
        syntax: NATIVE,
        kind: "MONOCHROME2",
        size: [4, 1],
        samples: 1,
        planar: 0,
        bits: [16, 12],
        signed: false,
        numbers: Vec::new(),
        frames: None,
    };

    /// The whole file around the encoded pixel data element.
    fn with(&self, pixel_data: &[u8]) -> Vec<u8> {
        let short = |number: u16, value: u16| element(((0x28, number), b"US", value.to_le_bytes().to_vec()));
        let meta: Vec<u8> = [
            element(((2, 1), b"OB", vec![0, 1])),
            element(((2, 2), b"UI", b"1.2.840.10008.5.1.4.1.1.1.1".to_vec())),
            element(((2, 3), b"UI", b"1.2.3.4".to_vec())),
            element(((2, 0x10), b"UI", self.syntax.into())),
            element(((2, 0x12), b"UI", b"1.2.3".to_vec())),
        ]
        .concat();
        let mut file = vec![0; 128];
        file.extend(b"DICM");
        file.extend(element(((2, 0), b"UL", (meta.len() as u32).to_le_bytes().to_vec())));
        file.extend(meta);
        file.extend(element(((8, 0x16), b"UI", b"1.2.840.10008.5.1.4.1.1.1.1".to_vec())));
        file.extend(short(2, self.samples));
        file.extend(element(((0x28, 4), b"CS", self.kind.into())));
        if self.samples > 1 {
            file.extend(short(6, self.planar));
        }
        file.extend(self.frames.map(|frames| element(((0x28, 8), b"IS", frames.into()))).unwrap_or_default());
        let [width, height] = self.size;
        for (number, value) in [(0x10, height), (0x11, width), (0x100, self.bits[0]), (0x101, self.bits[1])] {
            file.extend(short(number, value));
        }
        file.extend(short(0x102, self.bits[1] - 1));
        file.extend(short(0x103, self.signed.into()));
        let mut numbers = self.numbers.clone();
        numbers.sort();
        file.extend(numbers.into_iter().flat_map(|(tag, value)| element((tag, b"DS", value.into()))));
        file.extend(pixel_data);
        file
    }

    fn native(&self, bytes: &[u8]) -> Vec<u8> {
        self.with(&element(((0x7fe0, 0x10), b"OW", bytes.to_vec())))
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

#[cfg(not(feature = "dicom"))]
#[test]
fn without_the_feature_the_error_says_how_to_build_it() {
    let folder = tempfile::tempdir().unwrap();
    // The bytes tell, not the name.
    let path = write(folder.path(), "film.png", &Picture::GREY.native(&[0; 8]));
    let error = load_image(&path, 1).unwrap_err();
    assert!(error.to_string().ends_with("this program was built without DICOM"), "{error}");
    assert!(error.help().unwrap().contains("SWITCHBACK_TRAINER_FEATURES=dicom"));
    let many = DataError::UnreadableImages { path, images: 1, reasons: vec![error.to_string()] };
    assert_eq!(many.help(), error.help());
}

#[test]
fn a_folder_of_films_is_a_data_set_with_or_without_endings() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..40 {
        let name = ["normal/A.dcm", "tb/IM", "tb/1.2.840.", "normal/b.DCM"][i % 4];
        let name =
            name.replace("A", &i.to_string()).replace("IM", &format!("IM{i}")).replace("840.", &format!("840.{i}"));
        write(folder.path(), &name.replace("b.", &format!("b{i}.")), &Picture::GREY.native(&[0; 8]));
    }
    for other in ["tb/DICOMDIR.txt", "tb/notes", "normal/3"] {
        write(folder.path(), other, b"no film");
    }
    write(folder.path(), "masks/tb/1.2.840.2.png", &[]);
    write(folder.path(), "masks/tb/IM1.png", &[]);
    let data = DataSet::open(folder.path(), &OpenOptions::default()).unwrap();
    assert_eq!((data.samples.len(), data.classes.len()), (40, 2));
    let masks: Vec<_> = data.samples.iter().filter(|s| s.mask.is_some()).map(|s| s.name.as_str()).collect();
    assert_eq!(masks, ["tb/1.2.840.2", "tb/IM1"]);
}

#[test]
fn films_are_named_in_a_csv() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::from("file,labels,split\n");
    for (i, split) in ["train", "train", "val", "test"].into_iter().enumerate() {
        write(folder.path(), &format!("images/{i}.dcm"), &Picture::GREY.native(&[0; 8]));
        lines += &format!("{i}.dcm,{},{split}\n", ["normal", "tb"][i % 2]);
    }
    write(folder.path(), "labels.csv", lines.as_bytes());
    assert_eq!(DataSet::open(folder.path(), &OpenOptions::default()).unwrap().samples.len(), 4);
}

#[cfg(feature = "dicom")]
mod decoded {
    use super::super::super::Image8;
    use super::*;

    const SLOPE: (u16, u16) = (0x28, 0x1053);
    const INTERCEPT: (u16, u16) = (0x28, 0x1052);
    const CENTRE: (u16, u16) = (0x28, 0x1050);
    const WIDTH: (u16, u16) = (0x28, 0x1051);

    fn load(file: &[u8]) -> Result<Image8, DataError> {
        let folder = tempfile::tempdir().unwrap();
        load_image(&write(folder.path(), "film", file), 1)
    }

    fn levels(picture: &Picture<'_>, samples: [u16; 4]) -> Vec<u8> {
        load(&picture.native(&samples.map(u16::to_le_bytes).concat())).unwrap().pixels
    }

    #[test]
    fn without_a_window_the_stored_bits_are_the_range() {
        let twelve = Picture::GREY;
        assert_eq!(levels(&twelve, [0, 2048, 4095, 1000]), [0, 128, 255, 62]);
        // What lies above the stored bits is no part of the sample.
        assert_eq!(levels(&twelve, [0xf000, 0xf800, 0xffff, 0]), [0, 128, 255, 0]);
        for (bits, white) in [(8, 255), (10, 1023), (13, 8191), (14, 16383), (16, 65535)] {
            assert_eq!(
                levels(&Picture { bits: [16, bits], ..twelve.clone() }, [0, white, white / 2, 0]),
                [0, 255, 127, 0]
            );
        }
        let signed = Picture { signed: true, bits: [16, 16], ..twelve.clone() };
        assert_eq!(levels(&signed, [0x8000, 0, 0x7fff, 0xc000]), [0, 128, 255, 64]);
        // A rescale, also a falling one, moves samples and range alike.
        let rescaled = |slope| Picture { numbers: vec![(SLOPE, slope), (INTERCEPT, "-1024")], ..twelve.clone() };
        assert_eq!(levels(&rescaled("2"), [0, 2048, 4095, 1000]), [0, 128, 255, 62]);
        assert_eq!(levels(&rescaled("-2"), [0, 2048, 4095, 1000]), [255, 127, 0, 193]);
    }

    #[test]
    fn monochrome1_is_dark_where_nothing_is() {
        let negative = Picture { kind: "MONOCHROME1", ..Picture::GREY };
        assert_eq!(levels(&negative, [0, 2048, 4095, 1000]), [255, 127, 0, 193]);
    }

    #[test]
    fn the_first_window_counts_after_the_rescale() {
        let numbers = vec![(SLOPE, "1"), (INTERCEPT, "-1000"), (CENTRE, "100.5\\40"), (WIDTH, "201\\400")];
        let windowed = Picture { numbers, ..Picture::GREY };
        // PS3.3 C.11.2.1.2: ((x - (c - 0.5)) / (w - 1) + 0.5) * 255 with x from 0 to 200.
        assert_eq!(levels(&windowed, [999, 1000, 1100, 1150]), [0, 0, 128, 191]);
        assert_eq!(levels(&windowed, [1200, 1201, 4095, 1001]), [255, 255, 255, 1]);
        let negative = Picture { kind: "MONOCHROME1", ..windowed };
        assert_eq!(levels(&negative, [999, 1100, 1150, 4095]), [255, 127, 64, 0]);
    }

    #[test]
    fn eight_bits_and_colour_are_read() {
        let grey = Picture { bits: [8, 8], ..Picture::GREY };
        assert_eq!(load(&grey.native(&[0, 9, 200, 255])).unwrap().pixels, [0, 9, 200, 255]);
        let colour = Picture { kind: "RGB", size: [2, 1], samples: 3, ..grey };
        let folder = tempfile::tempdir().unwrap();
        for (planar, bytes) in [(0, [1, 2, 3, 4, 5, 6]), (1, [1, 4, 2, 5, 3, 6])] {
            let path = write(folder.path(), "c.dcm", &Picture { planar, ..colour.clone() }.native(&bytes));
            assert_eq!(load_image(&path, 3).unwrap().pixels, [1, 2, 3, 4, 5, 6], "planar configuration {planar}");
        }
    }

    /// Pixel data in one fragment.
    fn encapsulated(fragment: &[u8]) -> Vec<u8> {
        let item = |number: u16, value: &[u8]| {
            [[0xfe, 0xff].as_slice(), &number.to_le_bytes(), &(value.len() as u32).to_le_bytes(), value].concat()
        };
        let start = [0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff];
        let mut padded = fragment.to_vec();
        padded.resize(fragment.len().next_multiple_of(2), 0);
        [start.as_slice(), &item(0xe000, &[]), &item(0xe000, &padded), &item(0xe0dd, &[])].concat()
    }

    #[test]
    fn compressed_files_are_decoded() {
        // RLE Lossless, PS3.5 annex G: high bytes, then low bytes, each as literals or a run.
        let mut fragment: Vec<u8> = [2_u32, 64, 64 + 6].into_iter().flat_map(u32::to_le_bytes).collect();
        fragment.resize(64, 0);
        fragment.extend([0xff, 0x00, 1, 0x08, 0x0f, 0x80]);
        fragment.extend([3, 0x00, 0x10, 0x00, 0xff]);
        let rle = Picture { syntax: "1.2.840.10008.1.2.5", ..Picture::GREY };
        assert_eq!(load(&rle.with(&encapsulated(&fragment))).unwrap().pixels, [0, 1, 128, 255]);

        let mut jpeg = Vec::new();
        let pixels: Vec<u8> = (0..16 * 8).map(|i| (i % 16 * 16) as u8).collect();
        jpeg_encoder::Encoder::new(&mut jpeg, 100).encode(&pixels, 16, 8, jpeg_encoder::ColorType::Luma).unwrap();
        let baseline = Picture { syntax: "1.2.840.10008.1.2.4.50", size: [16, 8], bits: [8, 8], ..Picture::GREY };
        let decoded = load(&baseline.with(&encapsulated(&jpeg))).unwrap();
        assert_eq!((decoded.width, decoded.height), (16, 8));
        assert!(decoded.pixels.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) < 4), "{:?}", decoded.pixels);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let grey = Picture::GREY;
        let samples = [0; 8];
        let cases = [
            (Picture { frames: Some("3"), ..grey.clone() }.native(&samples), "found 3 frames, expected one"),
            (Picture { bits: [32, 12], ..grey.clone() }.native(&samples), "found 32 bits allocated, expected 8 or 16"),
            (Picture { bits: [8, 12], ..grey.clone() }.native(&samples), "found 12 bits stored, expected 1 to the 8"),
            (Picture { kind: "PALETTE COLOR", ..grey.clone() }.native(&samples), "found PALETTE COLOR of 1 samples"),
            (Picture { syntax: "1.2.840.10008.1.2.4.80", ..grey.clone() }.native(&samples), "1.2.840.10008.1.2.4.80"),
            (grey.native(&samples[..4]), "film: DICOM: "),
            (grey.with(&[]), "film: DICOM: "),
            (grey.native(&samples)[..200].to_vec(), "film: DICOM: "),
        ];
        for (file, expected) in cases {
            let error = load(&file).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error} without {expected}");
        }
        let huge = Picture { size: [60_000, 60_000], ..grey }.native(&samples);
        let error = load(&huge).unwrap_err();
        assert!(matches!(error, DataError::TooManyPixels { width: 60_000, height: 60_000, .. }), "{error}");
    }
}
