//! Statistics: each function cites its formula and its source.

pub mod interval;
