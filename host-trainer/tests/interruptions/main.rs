//! Trainings as processes of their own that are stopped in every bad way: killed at random moments, without room on the disk, in
//! folders that take no file. Nothing is lost, nothing is half written, and a resumed training ends in the same bytes.
#![cfg(unix)]

mod folders;
mod kills;
mod no_room;
mod process;
