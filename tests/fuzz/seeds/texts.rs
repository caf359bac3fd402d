//! Tables of labels and descriptions of networks.

use crate::Seed;

fn named(texts: &[&str]) -> Vec<Seed> {
    texts.iter().enumerate().map(|(i, text)| (format!("seed-{i}"), text.as_bytes().to_vec())).collect()
}

/// Inputs of the target `labels`.
pub fn labels() -> Vec<Seed> {
    named(&[
        "file,labels\n1.png,normal\n2.png,lesion\n3.png,normal\n4.png,lesion\n5.png,normal\n6.png,lesion\n7.png,normal\n",
        "file;labels;split\r\n1.png;cat dog;train\r\n2.png;;train\r\n3.png;cat;val\r\n4.png;dog cat;test\r\n",
        "\u{feff}group\tfile\tlabels\tsplit\na\t1.png\tno\ttrain\na\t2.png\tyes\ttrain\nb\t3.png\tno\tval\nc\t4.png\tyes\ttest\n",
        "labels,file\n\"a b\",\"1.png\"\n\"b\",2.png\n c , 3.png \na,4.png\n,5.png\nc,6.png\n\0background\na\nb\nc\n",
        "file,labels,group\n1.png,0,p1\n2.png,1,p1\n3.png,0,p2\n4.png,1,p3\n5.png,0,p4\n6.png,1,p5\n7.png,1,p6\n8.png,0,p7\n",
    ])
}

/// Inputs of the target `network`.
pub fn networks() -> Vec<Seed> {
    let head = |features, normalization, maps, activation| {
        format!(
            "[head]\nfeatures = \"{features}\"\nnormalization = \"{normalization}\"\nmaps = \"{maps}\"\n\
             activation = \"{activation}\"\nsharpness = 5.0\n"
        )
    };
    let layer =
        |filters, kernel, pool| format!("[[convolutions]]\nfilters = {filters}\nkernel = {kernel}\npool = {pool}\n");
    let input =
        |width, height, channels| format!("[input]\nwidth = {width}\nheight = {height}\nchannels = {channels}\n");
    let binary = head("last-stage", "rms", "evidence", "relu");
    let paper = head("all-stages", "standardize", "per-class", "relu");
    let several = head("all-stages", "none", "per-class", "softmax");
    let two = layer(8, 3, true) + &layer(16, 5, true);
    let texts = [
        format!("stages = 2\nclasses = 2\n{}{two}{binary}", input(96, 96, 1)),
        format!("stages = 1\nclasses = 21\n{}{two}{}{several}", input(64, 48, 3), layer(512, 3, false)),
        format!("stages = 0\nclasses = 2\n{}{}{paper}", input(1024, 1024, 1), layer(1, 1, false)),
        format!("stages = 3\nclasses = 2\n{}{two}{}{paper}", input(20, 33, 1), layer(4, 11, true)),
    ];
    named(&texts.each_ref().map(String::as_str))
}
