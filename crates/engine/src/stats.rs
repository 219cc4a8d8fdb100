//! Statistics: each function cites its formula and its source.

pub mod adjust;
pub mod bass;
pub mod beta;
pub mod choosing;
pub mod compare;
pub mod contingency;
pub mod cross;
pub mod difference;
mod fraction;
pub mod gamma;
pub mod interval;
pub mod kmeans;
pub(crate) mod lanes;
pub mod linkage;
pub mod markov;
pub mod minimum;
pub mod moments;
pub mod normal;
pub mod pca;
pub mod random;
pub mod repeat_buying;
pub mod silhouette;
pub mod survival;
pub mod two_by_two;
