//! Test images with every stage's evidence over them, and a threshold to move above each stage.
//!
//! This side writes the cells and the data; `pictures.js` draws. Colours come from [`crate::pictures`], so the page and
//! the PNG files look alike.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use image::{DynamicImage, RgbImage};
use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::{ByteMap, ReportError, ReportInput, StageColumn, Tile, TileGroup};
use crate::pictures::{HEAT_LEVELS, MASK_COLOUR, PictureError, TRUTH_COLOUR, heat_table, png_bytes};

/// The section with the pictures; nothing without tiles.
pub(super) fn section(input: &ReportInput) -> Result<Markup, ReportError> {
    let ReportInput { stages, tiles, .. } = input;
    if tiles.is_empty() {
        return Ok(html! {});
    }
    let image =
        |tile: &Tile| data_uri(&tile.image).map_err(|source| ReportError::Image { tile: tile.name.clone(), source });
    let images = tiles.iter().map(image).collect::<Result<Vec<_>, _>>()?;
    let data = json(stages, tiles)?;
    let has_truth = tiles.iter().any(|tile| tile.truth.is_some());
    let mut before = None;
    Ok(html! {
        section {
            h2 { "See for yourself" }
            p {
                "Images of the " b { (input.metrics.split) } " split, the best and the worst alike. The left column is the image"
                @if has_truth { " with the true outline, which the network never saw" }
                ". Each other column is a stage of the network: warm colours show how strong its evidence is, the blue line "
                "bounds what it marks. "
                "Move a threshold, and that column is marked anew."
            }
            (legend(has_truth))
            noscript {
                p class="note" { "The evidence is drawn by this page's script, which your browser does not run." }
            }
            div class="pictures" style=(format!("--columns:{}", stages.len() + 1)) {
                div class="heading" { b { "image" } @if has_truth { small { "true outline" } } }
                @for (column, stage) in stages.iter().enumerate() { (heading(column, stage)) }
                @for (index, (tile, image)) in tiles.iter().zip(&images).enumerate() {
                    @if before.replace(tile.group) != Some(tile.group) {
                        h3 { (group_title(tile.group, input.ranked_by_overlap)) }
                    }
                    figure {
                        div class="stack" {
                            img src=(image) alt=(tile.name) data-image=(index);
                            canvas data-truth=(index) {}
                        }
                        figcaption {
                            b { (tile.label) } " · score " (format!("{:.3}", tile.score)) br;
                            small { (tile.name) }
                        }
                    }
                    @for (column, stage) in stages.iter().enumerate() {
                        figure {
                            canvas data-tile=(index) data-column=(column) role="img"
                                aria-label=(format!("evidence of {} in {}", stage.name, tile.name)) {}
                            figcaption data-caption=(format!("{index}-{column}")) {}
                        }
                    }
                }
            }
            script type="application/json" id="pictures-data" { (PreEscaped(data)) }
            script { (PreEscaped(include_str!("pictures.js"))) }
        }
    })
}

fn group_title(group: TileGroup, by_overlap: bool) -> &'static str {
    match (group, by_overlap) {
        (TileGroup::Best, true) => "Best: the largest overlap of all images with the finding",
        (TileGroup::Median, true) => "Typical: overlap in the middle of all",
        (TileGroup::Worst, true) => "Worst: the smallest overlap",
        (TileGroup::Best, false) => "Best: the highest scores of all images with the finding",
        (TileGroup::Median, false) => "Typical: scores in the middle of all",
        (TileGroup::Worst, false) => "Worst: the lowest scores",
        (TileGroup::FalseAlarm, _) => {
            "Nothing there: images without the finding, those with the strongest evidence of all"
        }
    }
}

fn heading(column: usize, stage: &StageColumn) -> Markup {
    html! {
        div class="heading" {
            b { (stage.name) }
            label {
                small { "threshold" }
                input type="range" min="1" max="255" value=(stage.threshold) data-slider=(column)
                    aria-label=(format!("threshold of {}", stage.name));
                output data-level=(column) { (stage.threshold) }
            }
            small data-summary=(column) {}
        }
    }
}

fn legend(has_truth: bool) -> Markup {
    let table = heat_table();
    let stops: Vec<String> = (0..HEAT_LEVELS)
        .step_by(15)
        .map(|level| {
            let [red, green, blue, opacity] = table[level];
            format!("rgba({red},{green},{blue},{:.2})", f32::from(opacity) / 255.0)
        })
        .collect();
    let ramp = format!("background-image:linear-gradient(to right,{})", stops.join(","));
    let colour = |[red, green, blue]: [u8; 3]| format!("background:rgb({red},{green},{blue})");
    html! {
        p class="legend" {
            span { "no evidence " span class="ramp" style=(ramp) {} " strong" }
            span { span class="swatch" style=(colour(MASK_COLOUR)) {} "predicted mask" }
            @if has_truth { span { span class="swatch" style=(colour(TRUTH_COLOUR)) {} "true outline" } }
            label { input type="checkbox" id="show-heat" checked; " heat" }
            @if has_truth { label { input type="checkbox" id="show-truth" checked; " true outlines" } }
            button type="button" id="reset" { "reset thresholds" }
        }
    }
}

/// An image within the page.
pub(super) fn data_uri(image: &RgbImage) -> Result<String, PictureError> {
    let grey = image.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]);
    // A third of the bytes where the image has no colour.
    let image = DynamicImage::from(image.clone());
    let png = png_bytes(if grey { image.into_luma8().into() } else { image })?;
    Ok(format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png)))
}

/// What `pictures.js` reads.
#[derive(Serialize)]
struct Data {
    heat: Vec<[u8; 4]>,
    mask_colour: [u8; 3],
    truth_colour: [u8; 3],
    stages: Vec<StageData>,
    tiles: Vec<TileData>,
}

/// Over the whole split, in thousandths, at each threshold 0 to 255.
#[derive(Serialize)]
struct StageData {
    iou: Option<Vec<u16>>,
    false_alarms: Option<Vec<u16>>,
}

#[derive(Serialize)]
struct TileData {
    truth: Option<MapData>,
    maps: Vec<MapData>,
}

#[derive(Serialize)]
struct MapData {
    width: usize,
    height: usize,
    base64: String,
}

fn json(stages: &[StageColumn], tiles: &[Tile]) -> Result<String, ReportError> {
    let tiles = tiles.iter().map(|tile| tile_data(tile, stages.len())).collect::<Result<_, _>>()?;
    let thousandths = |shares: &Option<Vec<f64>>| {
        shares.as_ref().map(|shares| shares.iter().map(|share| (1000.0 * share).round() as u16).collect())
    };
    let stages = stages.iter().map(|StageColumn { curves, .. }| StageData {
        iou: thousandths(&curves.iou),
        false_alarms: thousandths(&curves.false_alarms),
    });
    let data = Data {
        heat: heat_table().to_vec(),
        mask_colour: MASK_COLOUR,
        truth_colour: TRUTH_COLOUR,
        stages: stages.collect(),
        tiles,
    };
    // Inside a script element nothing is unescaped, but `</script` would end it.
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
}

fn tile_data(tile: &Tile, stages: usize) -> Result<TileData, ReportError> {
    if tile.maps.len() != stages {
        return Err(ReportError::Maps { tile: tile.name.clone(), found: tile.maps.len(), expected: stages });
    }
    let map_data = |map: &ByteMap| {
        map.check().map_err(|source| ReportError::MapSize { tile: tile.name.clone(), source })?;
        Ok(MapData { width: map.width, height: map.height, base64: BASE64_STANDARD.encode(&map.values) })
    };
    Ok(TileData {
        truth: tile.truth.as_ref().map(map_data).transpose()?,
        maps: tile.maps.iter().map(map_data).collect::<Result<_, ReportError>>()?,
    })
}
