//! The fixed data of a document.

use super::store::{DocId, HEAD};
use crate::error::ConfigError;
use crate::hash;

/// What an index knows of a document without reading its record.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 4 | a document of the same cluster; itself if the cluster is known by this one |
/// | 4 | 4 | if so, its representative |
/// | 8 | 4 | upper half of XXH3-64 of the site's name, 0 if there is none |
/// | 12 | 4 | prose in sixteenths of a word |
/// | 16 | 6 | time, two's complement; the least value says that there is none |
/// | 22 | 6 | time up to which it is valid; the greatest value says that there is none |
/// | 28 | 2 | fingerprints that were posted, at most 65,535 |
/// | 30 | 1 | flags: 1 it has postings, 2 its cluster has other members, or had |
/// | 31 | 1 | 0 |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) cluster: DocId,
    pub(super) representative: DocId,
    pub(super) site: u32,
    pub(super) prose: u32,
    pub(super) time: Option<i64>,
    pub(super) valid_until: Option<i64>,
    pub(super) fingerprints: u16,
    pub(super) posted: bool,
    pub(super) has_members: bool,
}

/// Times are at most this and at least its negative.
const MAX_TIME: i64 = (1 << 47) - 2;

/// Checks that a time can be kept.
pub(super) fn check_time(what: &'static str, time: Option<i64>) -> Result<(), ConfigError> {
    match time {
        Some(time) if !(-MAX_TIME..=MAX_TIME).contains(&time) => {
            Err(ConfigError::new(what, time, "within 2^47 of 0: count in seconds or milliseconds"))
        }
        _ => Ok(()),
    }
}

/// What is kept of a site's name; 0 where there is none.
pub(super) fn site_code(site: Option<&str>) -> u32 {
    site.map_or(0, |site| ((hash::bytes(site.as_bytes()) >> 32) as u32).max(1))
}

impl Head {
    pub(super) fn to_bytes(self) -> [u8; HEAD] {
        let mut out = [0; HEAD];
        out[..4].copy_from_slice(&self.cluster.to_le_bytes());
        out[4..8].copy_from_slice(&self.representative.to_le_bytes());
        out[8..12].copy_from_slice(&self.site.to_le_bytes());
        out[12..16].copy_from_slice(&self.prose.to_le_bytes());
        let time = self.time.unwrap_or(-(1 << 47)).to_le_bytes();
        out[16..22].copy_from_slice(&time[..6]);
        let until = self.valid_until.unwrap_or((1 << 47) - 1).to_le_bytes();
        out[22..28].copy_from_slice(&until[..6]);
        out[28..30].copy_from_slice(&self.fingerprints.to_le_bytes());
        out[30] = u8::from(self.posted) | u8::from(self.has_members) << 1;
        out
    }

    pub(super) fn from_bytes(bytes: [u8; HEAD]) -> Self {
        let four = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[at + i]));
        let six = |at: usize| {
            let low = [0, 1, 2, 3, 4, 5].map(|i| bytes[at + i]);
            let [a, b, c, d, e, f] = low;
            i64::from_le_bytes([0, 0, a, b, c, d, e, f]) >> 16
        };
        let (time, until) = (six(16), six(22));
        Self {
            cluster: four(0),
            representative: four(4),
            site: four(8),
            prose: four(12),
            time: (time != -(1 << 47)).then_some(time),
            valid_until: (until != (1 << 47) - 1).then_some(until),
            fingerprints: u16::from_le_bytes([bytes[28], bytes[29]]),
            posted: bytes[30] & 1 != 0,
            has_members: bytes[30] & 2 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            numbers in any::<[u32; 4]>(),
            times in any::<[Option<i64>; 2]>(),
            fingerprints in any::<u16>(),
            flags in any::<[bool; 2]>(),
        ) {
            let [cluster, representative, site, prose] = numbers;
            let [time, valid_until] = times.map(|t| t.map(|t| t.clamp(-MAX_TIME, MAX_TIME)));
            let [posted, has_members] = flags;
            let head = Head {
                cluster, representative, site, prose, time, valid_until, fingerprints, posted, has_members,
            };
            prop_assert_eq!(Head::from_bytes(head.to_bytes()), head);
        }
    }

    #[test]
    fn times_out_of_range_are_refused() {
        assert!(check_time("time", Some(MAX_TIME)).is_ok());
        assert!(check_time("time", Some(MAX_TIME + 1)).is_err());
        assert!(check_time("time", Some(i64::MIN)).is_err());
    }
}
