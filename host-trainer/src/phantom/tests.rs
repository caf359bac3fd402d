//! Pictures are the same bytes everywhere, labels and masks agree, and nothing simple tells the class.

use super::anatomy::Air;
use super::*;
use crate::data::{DataSet, OpenOptions, Split, Task, load_image, load_mask};
use indicatif::ProgressBar;

/// Pictures and masks as they were when the generator was last changed on purpose. Another value on another machine means
/// that the arithmetic is not the same there.
#[test]
fn pictures_are_the_same_bytes_on_every_platform() {
    let large = PhantomOptions { width: 131, height: 100, seed: u64::MAX };
    let cases = [
        (PhantomOptions::default(), 0, 0x1ed8_0a5c, 0xcbf8_6111),
        (PhantomOptions::default(), 1, 0x670f_f930, 0xfd8f_009c),
        (PhantomOptions::default(), 5, 0x0ad3_6ce9, 0xbd7b_5d74),
        (large, 1_000_003, 0xa86e_b5d1, 0xc1ad_1b89),
    ];
    for (options, index, picture, mask) in cases {
        let phantom = generate(&options, index);
        let crc = |bytes: &[u8]| crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(bytes);
        let found = (crc(&phantom.image.pixels), crc(&phantom.mask.classes));
        assert_eq!(found, (picture, mask), "phantom {index} of {options:?}: {found:#010x?}");
    }
}

#[test]
fn only_positive_pictures_have_a_lesion_and_larger_scales_have_larger_ones() {
    let mut area = [0_usize; 3];
    for index in 0..120 {
        let phantom = generate(&PhantomOptions::default(), index);
        let lesion = phantom.mask.classes.iter().filter(|&&class| class == 1).count();
        assert_eq!(lesion > 0, index % 2 == 1, "phantom {index}");
        assert_eq!(phantom.scale.is_some(), index % 2 == 1, "phantom {index}");
        if let Some(scale) = phantom.scale {
            assert!(lesion >= 20, "phantom {index}: a lesion of {lesion} pixels is not to be seen");
            area[scale as usize] += lesion;
        }
    }
    assert!(2 * area[0] < area[1] && 3 * area[1] < 2 * area[2], "{area:?}");
}

/// Neither a blob in a pocket nor an empty pocket is evidence; else training would rightly point at pockets.
#[test]
fn pockets_hold_the_same_blobs_in_both_classes() {
    let mut count = [0_f64; 2];
    let mut radius = [0_f64; 2];
    let mut empty = [0_f64; 2];
    for index in 0..1200 {
        let (_, blobs) = generate_with_blobs(&PhantomOptions { width: 32, height: 32, seed: 3 }, index);
        let class = (index % 2) as usize;
        assert_eq!(blobs.iter().any(|blob| blob.air == Air::Lung), class == 1, "phantom {index}");
        assert!(blobs.iter().all(|blob| matches!(blob.air, Air::Lung | Air::Pocket)), "phantom {index}");
        let in_pockets = || blobs.iter().filter(|blob| blob.air == Air::Pocket);
        count[class] += in_pockets().count() as f64;
        radius[class] += in_pockets().map(|blob| blob.radius).sum::<f64>();
        empty[class] += f64::from(in_pockets().count() == 0);
    }
    // Three standard errors of 600 pictures.
    assert!((count[0] - count[1]).abs() / 600.0 < 0.25, "{count:?}");
    assert!((radius[0] / count[0] - radius[1] / count[1]).abs() < 0.45, "{radius:?}");
    assert!((empty[0] - empty[1]).abs() / 600.0 < 0.07, "{empty:?}");
}

/// A lesion adds itself to a picture, which sums over the picture show; but they must be of little use.
#[test]
fn global_statistics_hardly_tell_the_class() {
    type Statistic = fn(&Image8) -> f64;
    let statistics: [(&str, Statistic); 3] = [("mean", mean), ("dark pixels", dark_pixels), ("roughness", roughness)];
    let phantoms: Vec<Phantom> = (0..600).map(|index| generate(&PhantomOptions::default(), index)).collect();
    for (name, statistic) in statistics {
        let values: Vec<f64> = phantoms.iter().map(|phantom| statistic(&phantom.image)).collect();
        let (negative, positive): (Vec<f64>, Vec<f64>) = values.chunks(2).map(|pair| (pair[0], pair[1])).unzip();
        let won = positive.iter().flat_map(|p| negative.iter().map(move |n| p > n)).filter(|&won| won).count();
        let auc = won as f64 / (positive.len() * negative.len()) as f64;
        assert!((auc - 0.5).abs() < 0.2, "{name}: AUC {auc:.3}");
    }
}

fn mean(image: &Image8) -> f64 {
    image.pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / image.pixels.len() as f64
}

fn dark_pixels(image: &Image8) -> f64 {
    let threshold = mean(image) - 15.0;
    image.pixels.iter().filter(|&&p| f64::from(p) < threshold).count() as f64
}

/// Mean square difference of pixels three apart: grain and edges more than noise.
fn roughness(image: &Image8) -> f64 {
    image.pixels.windows(4).map(|w| (f64::from(w[3]) - f64::from(w[0])).powi(2)).sum()
}

#[test]
fn a_written_set_opens_as_a_data_set_and_begins_every_larger_one() {
    let folder = tempfile::tempdir().unwrap();
    let options = PhantomOptions { width: 48, height: 40, seed: 5 };
    let [small, large] = ["small", "large"].map(|name| folder.path().join(name));
    std::fs::create_dir(&small).unwrap();
    let progress = ProgressBar::hidden();
    write_data_set(&small, &options, Counts { train: 4, val: 2, test: 2 }, &progress).unwrap();
    assert_eq!(progress.position(), 8);
    write_data_set(&large, &options, Counts { train: 8, val: 2, test: 2 }, &ProgressBar::hidden()).unwrap();
    for index in 0..8 {
        let file =
            |root: &std::path::Path, kind: &str| std::fs::read(root.join(format!("{kind}/{index:05}.png"))).unwrap();
        assert_eq!(file(&small, "images"), file(&large, "images"), "{index}");
        assert_eq!(file(&small, "masks"), file(&large, "masks"), "{index}");
    }

    let data = DataSet::open(&small, &OpenOptions::default()).unwrap();
    assert_eq!((data.task, data.classes.as_slice()), (Task::Binary, &["normal".to_string(), "lesion".to_string()][..]));
    assert_eq!(Split::ALL.map(|split| data.split(split).count()), [4, 2, 2]);
    for (index, sample) in data.samples.iter().enumerate() {
        let phantom = generate(&options, index as u64);
        assert_eq!(load_image(&sample.path, 1).unwrap(), phantom.image);
        assert_eq!(load_mask(sample.mask.as_ref().unwrap(), data.task).unwrap(), phantom.mask);
        assert_eq!(data.is_positive(sample), phantom.scale.is_some());
    }
    // Nothing but the two sets: no temporary folder stays behind.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let counts = Counts { train: 1, val: 1, test: 1 };
    let error = write_data_set(folder.path(), &PhantomOptions::default(), counts, &ProgressBar::hidden()).unwrap_err();
    assert!(matches!(error, PhantomError::NotEmpty { .. }), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let tiny = PhantomOptions { width: 96, height: 31, seed: 0 };
    let error = write_data_set(&folder.path().join("new"), &tiny, counts, &ProgressBar::hidden()).unwrap_err();
    assert!(matches!(error, PhantomError::TooSmall { .. }), "{error}");
}
