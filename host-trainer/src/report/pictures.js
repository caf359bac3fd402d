"use strict";
// Draws the evidence maps over the page's images: the same interpolation, colours and outlines as the trainer's PNG files.
(() => {
  const data = JSON.parse(document.getElementById("pictures-data").textContent);
  // Red, green, blue and opacity of each level as the four bytes of a word, in this machine's byte order.
  const heat = new Uint32Array(new Uint8Array(data.heat.flat()).buffer);
  const IGNORE = 255;
  const SCREEN_SIDE = 320;
  const element = (selector) => document.querySelector(selector);
  const showHeat = document.getElementById("show-heat");
  const showTruth = document.getElementById("show-truth");

  const decode = ({ width, height, base64 }) => ({
    width,
    height,
    values: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  });

  // The two source samples that each target position lies between, and the weight of the second.
  function taps(from, to) {
    return Array.from({ length: to }, (_, target) => {
      const position = Math.min(Math.max(((target + 0.5) * from) / to - 0.5, 0), from - 1);
      const first = Math.floor(position);
      return { first, second: Math.min(first + 1, from - 1), weight: position - first };
    });
  }

  function bilinear(map, width, height) {
    const columns = taps(map.width, width);
    const levels = new Float32Array(width * height);
    taps(map.height, height).forEach((row, y) => {
      const upper = row.first * map.width;
      const lower = row.second * map.width;
      columns.forEach(({ first, second, weight }, x) => {
        const top = map.values[upper + first] * (1 - weight) + map.values[upper + second] * weight;
        const bottom = map.values[lower + first] * (1 - weight) + map.values[lower + second] * weight;
        levels[y * width + x] = top * (1 - row.weight) + bottom * row.weight;
      });
    });
    return levels;
  }

  function truthMask(truth, width, height) {
    const mask = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const row = Math.floor(((2 * y + 1) * truth.height) / (2 * height)) * truth.width;
      for (let x = 0; x < width; x++) {
        const value = truth.values[row + Math.floor(((2 * x + 1) * truth.width) / (2 * width))];
        mask[y * width + x] = value !== 0 && value !== IGNORE ? 1 : 0;
      }
    }
    return mask;
  }

  // Colours the rim of `mask`, just inside it.
  function outline(pixels, mask, width, height, [red, green, blue]) {
    const reach = Math.max(1, Math.floor(Math.max(width, height) / 110));
    const outside = (x, y) => x >= 0 && y >= 0 && x < width && y < height && !mask[y * width + x];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!mask[y * width + x]) continue;
        for (let step = 1; step <= reach; step++) {
          if (outside(x + step, y) || outside(x - step, y) || outside(x, y + step) || outside(x, y - step)) {
            pixels.set([red, green, blue, 255], 4 * (y * width + x));
            break;
          }
        }
      }
    }
  }

  const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;

  // What the threshold gives over all images of the split, not only those shown.
  function summary({ iou, false_alarms }, threshold) {
    const parts = [];
    if (iou) parts.push(`IoU ${(iou[threshold] / 1000).toFixed(2)}`);
    if (false_alarms) parts.push(`false alarms ${percent(false_alarms[threshold] / 1000)}`);
    return parts.length ? `all images: ${parts.join(", ")}` : "";
  }

  function caption(tile, cell, threshold) {
    const { truth } = tile;
    if (!truth) {
      const share = cell.levels.filter((level) => level >= threshold).length / cell.levels.length;
      return share ? `${percent(share, 1)} marked` : "nothing marked";
    }
    let shared = 0, either = 0, marked = 0, drawn = 0;
    cell.judged.forEach((level, index) => {
      const value = truth.values[index];
      if (value === IGNORE) return;
      const predicted = level >= threshold;
      const real = value !== 0;
      shared += predicted && real;
      either += predicted || real;
      marked += real;
      drawn += predicted;
    });
    const share = percent(drawn / truth.values.length, 1);
    if (!marked) return drawn ? `false alarm, ${share} marked` : "rightly empty";
    return drawn ? `IoU ${(shared / either).toFixed(2)} · ${share} marked` : "nothing marked";
  }

  function drawCell(tile, column) {
    const cell = tile.cells[column];
    const { canvas, levels } = cell;
    const { width, height } = canvas;
    const threshold = Number(element(`[data-slider="${column}"]`).value);
    const layer = new ImageData(width, height);
    if (showHeat.checked) {
      const words = new Uint32Array(layer.data.buffer);
      levels.forEach((level, index) => (words[index] = heat[Math.round(level)]));
    }
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(tile.image, 0, 0, width, height);
    compose(context, layer);
    const lines = new ImageData(width, height);
    if (tile.screenTruth && showTruth.checked) outline(lines.data, tile.screenTruth, width, height, data.truth_colour);
    outline(lines.data, levels.map((level) => (level >= threshold ? 1 : 0)), width, height, data.mask_colour);
    compose(context, lines);
    cell.caption.textContent = caption(tile, cell, threshold);
  }

  // `putImageData` would replace what is below; drawing a canvas blends.
  const scratch = document.createElement("canvas");
  function compose(context, layer) {
    scratch.width = layer.width;
    scratch.height = layer.height;
    scratch.getContext("2d").putImageData(layer, 0, 0);
    context.drawImage(scratch, 0, 0);
  }

  function drawTruth(tile) {
    const { width, height } = tile.truthCanvas;
    const lines = new ImageData(width, height);
    if (tile.screenTruth && showTruth.checked) outline(lines.data, tile.screenTruth, width, height, data.truth_colour);
    tile.truthCanvas.getContext("2d").putImageData(lines, 0, 0);
  }

  function prepare({ truth, maps }, index) {
    const image = element(`[data-image="${index}"]`);
    const scale = Math.ceil(SCREEN_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const width = image.naturalWidth * scale;
    const height = image.naturalHeight * scale;
    const sized = (canvas) => Object.assign(canvas, { width, height });
    const known = truth && decode(truth);
    const cells = maps.map((encoded, column) => {
      const map = decode(encoded);
      return {
        canvas: sized(element(`[data-tile="${index}"][data-column="${column}"]`)),
        caption: element(`[data-caption="${index}-${column}"]`),
        levels: bilinear(map, width, height),
        judged: known && bilinear(map, known.width, known.height),
      };
    });
    return {
      image,
      cells,
      truth: known,
      screenTruth: known && truthMask(known, width, height),
      truthCanvas: sized(element(`[data-truth="${index}"]`)),
    };
  }

  async function start() {
    await Promise.all(data.tiles.map((_, index) => element(`[data-image="${index}"]`).decode()));
    const tiles = data.tiles.map(prepare);
    const sliders = [...document.querySelectorAll("[data-slider]")];
    const drawColumn = (slider) => {
      const column = Number(slider.dataset.slider);
      element(`[data-level="${column}"]`).value = slider.value;
      element(`[data-summary="${column}"]`).textContent = summary(data.stages[column], Number(slider.value));
      tiles.forEach((tile) => drawCell(tile, column));
    };
    const drawAll = () => {
      tiles.forEach(drawTruth);
      sliders.forEach(drawColumn);
    };
    sliders.forEach((slider) => {
      let waiting = false;
      slider.addEventListener("input", () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          drawColumn(slider);
        });
      });
    });
    [showHeat, showTruth].forEach((box) => box?.addEventListener("change", drawAll));
    document.getElementById("reset").addEventListener("click", () => {
      sliders.forEach((slider) => (slider.value = slider.defaultValue));
      drawAll();
    });
    drawAll();
  }

  start();
})();
