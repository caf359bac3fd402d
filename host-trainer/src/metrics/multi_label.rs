//! Everything measured for one stage of a multi-label problem: which objects are in the image, and which pixel is what?

use rayon::prelude::*;

use super::{
    ClassIou, Confusion, EvidenceMap, IGNORE, LabelMap, MaskControl, MetricsError, StageId, StageResult,
    iou::{mean, share},
    localization::Localization,
    mean_average_precision, points_into, upsample,
};

/// What the network says about one image, and what is true. Lists are in the order of the object classes, background
/// left out; class `k` of a label map is object `k - 1`.
#[derive(Clone, Copy, Debug)]
pub struct MultiLabelImage<'a> {
    /// The network's score for each object class.
    pub scores: &'a [f32],
    /// Whether the image is labelled with each object class.
    pub labels: &'a [bool],
    /// Evidence for each object class, or none where the pointing game is not wanted.
    pub maps: &'a [EvidenceMap<'a>],
    /// The class of every pixel at the network's resolution: the argmax of the logits.
    pub predicted: LabelMap<'a>,
    /// The true classes at the resolution to judge at, where there are any.
    pub truth: Option<LabelMap<'a>>,
}

/// Judges one stage on `test`. `objects` names the object classes.
///
/// # Errors
/// [`MetricsError::Length`] when a list of an image does not have one entry an object class,
/// [`MetricsError::UnknownClass`] when a label map has a class beyond them.
pub fn evaluate_multi_label(
    id: StageId,
    objects: &[String],
    test: &[MultiLabelImage<'_>],
) -> Result<StageResult, MetricsError> {
    for image in test {
        check_length("scores of an image", image.scores.len(), objects.len())?;
        check_length("labels of an image", image.labels.len(), objects.len())?;
        if !image.maps.is_empty() {
            check_length("evidence maps of an image", image.maps.len(), objects.len())?;
        }
    }
    let judged: Vec<Judged> = test
        .par_iter()
        .filter_map(|image| Some(Judged::new(image, image.truth?, objects.len() + 1)))
        .collect::<Result<_, _>>()?;

    let all: Vec<&Judged> = judged.iter().collect();
    let whole = localization(&all);
    let names = std::iter::once("background").chain(objects.iter().map(String::as_str));
    let class_iou = pool(&all).map(|confusion| confusion.class_iou()).unwrap_or_default();
    let scores: Vec<&[f32]> = test.iter().map(|image| image.scores).collect();
    let labels: Vec<&[bool]> = test.iter().map(|image| image.labels).collect();
    Ok(StageResult {
        map: mean_average_precision(&scores, &labels),
        iou: whole.iou,
        mean_iou_per_image: whole.mean_iou_per_image,
        pointing: whole.pointing,
        detection: whole.detection,
        by_size: Localization::by_size(&judged, |image| image.area, localization),
        classes: names.zip(class_iou).map(|(name, iou)| ClassIou { name: name.to_owned(), iou }).collect(),
        ..StageResult::new(id)
    })
}

/// The control of multi-label problems: every pixel of every image is background. `None` without truths, or where one has
/// a class beyond `classes` (background included).
pub fn background_everywhere(classes: usize, truths: &[LabelMap<'_>]) -> Option<MaskControl> {
    let images = truths.iter().map(|&truth| {
        let mut confusion = Confusion::new(classes);
        confusion.add(&vec![0; truth.classes().len()], truth).ok()?;
        Some(confusion)
    });
    let images: Vec<Confusion> = images.collect::<Option<_>>()?;
    let mut pooled = Confusion::new(classes);
    images.iter().for_each(|image| pooled.merge(image));
    let mean_iou_per_image = mean(images.iter().filter_map(Confusion::mean_iou));
    Some(MaskControl { iou: Some(pooled.mean_iou()?), mean_iou_per_image })
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), MetricsError> {
    if found == expected { Ok(()) } else { Err(MetricsError::Length { what, found, expected }) }
}

/// Everything about one image that the averages need.
struct Judged {
    area: f64,
    /// For each object class in the truth: whether its strongest evidence lies in it.
    hits: Vec<bool>,
    /// For each object class in the truth: whether a pixel of it is predicted as that class.
    found: Vec<bool>,
    confusion: Confusion,
}

impl Judged {
    fn new(image: &MultiLabelImage<'_>, truth: LabelMap<'_>, classes: usize) -> Result<Self, MetricsError> {
        let predicted = upsample::nearest(image.predicted, truth.width(), truth.height());
        let mut confusion = Confusion::new(classes);
        confusion.add(&predicted, truth)?;
        let present: Vec<u8> = (1..IGNORE).take(classes - 1).filter(|class| truth.classes().contains(class)).collect();
        let map = |class: u8| image.maps.get(usize::from(class) - 1);
        Ok(Self {
            area: truth.foreground_share(),
            hits: present.iter().filter_map(|&class| map(class).map(|&map| points_into(map, truth, class))).collect(),
            found: present.iter().map(|&class| confusion.correct(usize::from(class)) > 0).collect(),
            confusion,
        })
    }
}

fn pool(images: &[&Judged]) -> Option<Confusion> {
    let (first, others) = images.split_first()?;
    let mut pooled = first.confusion.clone();
    others.iter().for_each(|image| pooled.merge(&image.confusion));
    Some(pooled)
}

fn localization(images: &[&Judged]) -> Localization {
    Localization {
        iou: pool(images).and_then(|confusion| confusion.mean_iou()),
        mean_iou_per_image: mean(images.iter().filter_map(|image| image.confusion.mean_iou())),
        pointing: share(images.iter().flat_map(|image| &image.hits)),
        detection: share(images.iter().flat_map(|image| &image.found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Engine;

    #[test]
    fn a_class_counts_as_much_as_another() {
        let objects = ["cat".to_owned(), "dog".to_owned()];
        let truth = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, IGNORE, 0, 2, 2, 0, 0];
        let predicted = [0, 1, 2, 0];
        let cat = [0.0, 9.0, 0.0, 0.0];
        let dog = [0.0, 9.0, 0.0, 0.0];
        let maps = [EvidenceMap::new(2, 2, &cat).unwrap(), EvidenceMap::new(2, 2, &dog).unwrap()];
        let image = MultiLabelImage {
            scores: &[0.9, 0.1],
            labels: &[true, true],
            maps: &maps,
            predicted: LabelMap::new(2, 2, &predicted).unwrap(),
            truth: Some(LabelMap::new(4, 4, &truth).unwrap()),
        };
        let id = StageId { engine: Engine::Float, stage: 0 };
        let result = evaluate_multi_label(id, &objects, &[image]).unwrap();
        assert_eq!((result.map, result.iou, result.pointing), (Some(1.0), Some(1.0), Some(0.5)));
        assert_eq!(result.detection, Some(1.0));
        assert_eq!(result.classes.iter().map(|class| class.iou).collect::<Vec<_>>(), [Some(1.0); 3]);

        let wrong = [0, 1, 1, 0];
        let image = MultiLabelImage { predicted: LabelMap::new(2, 2, &wrong).unwrap(), maps: &[], ..image };
        let result = evaluate_multi_label(id, &objects, &[image]).unwrap();
        // Background 7 of 7, cat 4 of 8, dog 0 of 4.
        assert_eq!((result.iou, result.mean_iou_per_image, result.pointing), (Some(0.5), Some(0.5), None));
        assert_eq!(result.detection, Some(0.5));
        assert!(evaluate_multi_label(id, &objects[..1], &[image]).is_err());
    }

    #[test]
    fn background_everywhere_is_right_only_about_the_background() {
        let truths = [[0, 0, 0, 1], [0, 2, IGNORE, 2]];
        let truths: Vec<LabelMap<'_>> = truths.iter().map(|truth| LabelMap::new(2, 2, truth).unwrap()).collect();
        let control = background_everywhere(3, &truths).unwrap();
        // Pooled: background 4 of 7, the objects 0. Images: (3/4 + 0) / 2 and (1/3 + 0) / 2.
        assert!((control.iou.unwrap() - 4.0 / 7.0 / 3.0).abs() < 1e-12);
        assert!((control.mean_iou_per_image.unwrap() - (3.0 / 8.0 + 1.0 / 6.0) / 2.0).abs() < 1e-12);
        assert_eq!((background_everywhere(3, &[]), background_everywhere(2, &truths)), (None, None));
    }
}
