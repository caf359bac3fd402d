"""The training step that `cargo xtask bench --host` measures, in PyTorch eager: Table 1 with 16-32-48-48-32 filters,
three tied deconvolution stages, the paper's head, batch 16, float32, two threads.

    python step.py [--runs 20] [--threads 2]
"""

import argparse
import math
import statistics
import time

import torch
import torch.nn.functional as F

FILTERS = (16, 32, 48, 48, 32)
KERNELS = (11, 5, 3, 3, 3)
STAGES, CLASSES, BATCH, SHARPNESS = 3, 2, 16, 5.0


def normalize(features):
    """E{} of Eq. 4: over height, width and channels of each image together."""
    mean = features.mean((1, 2, 3), keepdim=True)
    variance = features.var((1, 2, 3), unbiased=False, keepdim=True)
    return (features - mean) / torch.sqrt(variance + 1e-5)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights, self.biases = torch.nn.ParameterList(), torch.nn.ParameterList()
        self.deconvolution_biases, self.head = torch.nn.ParameterList(), torch.nn.ParameterList()
        channels = 1
        for filters, kernel in zip(FILTERS, KERNELS):
            weight = torch.empty(filters, channels, kernel, kernel)
            torch.nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")
            self.weights.append(torch.nn.Parameter(weight))
            self.biases.append(torch.nn.Parameter(torch.zeros(filters)))
            channels = filters
        # Of stage j: a deconvolution with the weights of convolution 5 - j.
        stage_channels = [FILTERS[-1]]
        for stage in range(STAGES):
            channels = self.weights[len(FILTERS) - 1 - stage].shape[1]
            self.deconvolution_biases.append(torch.nn.Parameter(torch.zeros(channels)))
            stage_channels.append(channels)
        for channels in stage_channels:
            self.head.append(torch.nn.Parameter(torch.randn(CLASSES, channels, 1, 1) * 0.01))
        self.head_bias = torch.nn.Parameter(torch.full((CLASSES, 1, 1), 0.1))

    def forward(self, x):
        switches = []
        for weight, bias in zip(self.weights, self.biases):
            x = F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)
            x, indices = F.max_pool2d(x, 2, return_indices=True)
            x = F.relu(x)
            switches.append(indices)
        features = [x]
        for stage, bias in enumerate(self.deconvolution_biases):
            layer = len(FILTERS) - 1 - stage
            weight = self.weights[layer]
            x = F.max_unpool2d(x, switches[layer], 2)
            x = F.relu(F.conv_transpose2d(x, weight, bias, padding=weight.shape[-1] // 2))
            features.append(x)
        size = features[-1].shape[-2:]
        logits = self.head_bias
        for stage_features, weight in zip(features, self.head):
            # A 1x1 convolution commutes with nearest expansion: the small map is expanded.
            maps = F.conv2d(normalize(stage_features), weight)
            logits = logits + F.interpolate(maps, size=size, mode="nearest")
        maps = F.relu(logits).flatten(2)
        return (torch.logsumexp(SHARPNESS * maps, 2) - math.log(maps.shape[2])) / SHARPNESS


def measure(side, runs):
    torch.manual_seed(0)
    network = Network()
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
    images, targets = torch.randn(BATCH, 1, side, side), torch.arange(BATCH) % 2
    steps, forwards = [], []
    # The first step, which warms up, is not counted.
    for _ in range(runs + 1):
        start = time.perf_counter()
        loss = F.cross_entropy(network(images), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        steps.append((time.perf_counter() - start) * 1e3)
        with torch.no_grad():
            start = time.perf_counter()
            network(images)
            forwards.append((time.perf_counter() - start) * 1e3)
    return steps[1:], forwards[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'batch 16, float32':<24} {'step ms (min, median)':>22}  {'forward ms':>22}  {'images/s':>9}")
    for side in (96, 160):
        steps, forwards = measure(side, arguments.runs)
        step, forward = statistics.median(steps), statistics.median(forwards)
        print(
            f"{f'table 1, 16 wide, {side}x{side}':<24} {min(steps):>12.1f} {step:>9.1f}"
            f"  {min(forwards):>12.1f} {forward:>9.1f}  {BATCH * 1e3 / step:>9.1f}"
        )


if __name__ == "__main__":
    main()
