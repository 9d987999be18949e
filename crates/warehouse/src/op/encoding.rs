//! Compressing a body on its way out, as `Accept-Encoding` allows.
//!
//! Speed before size: gzip and zstd at level 1, Brotli at 2. What is written leaves in pieces as it comes.

use std::io::{self, Write as _};

use bytes::Bytes;

/// A way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Zstd,
    Brotli,
    Gzip,
}

/// Best first, when the client has no preference.
const OFFERED: [(Encoding, &str); 3] =
    [(Encoding::Zstd, "zstd"), (Encoding::Gzip, "gzip"), (Encoding::Brotli, "br")];

impl Encoding {
    /// The best of what the header allows (RFC 9110, section 12.5.3).
    pub(super) fn choose(accept: Option<&str>) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for (encoding, name) in OFFERED {
            let quality = accept?.split(',').find_map(|item| {
                let mut parts = item.split(';').map(str::trim);
                let is_it = parts.next()?.eq_ignore_ascii_case(name);
                let given = parts.find_map(|part| part.strip_prefix("q="));
                is_it.then(|| given.map_or(1.0, |given| given.parse().unwrap_or(0.0)))
            });
            if let Some(quality) = quality.filter(|quality: &f32| *quality > 0.0)
                && best.is_none_or(|(known, _)| quality > known)
            {
                best = Some((quality, encoding));
            }
        }
        best.map(|(_, encoding)| encoding)
    }

    /// `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        OFFERED.iter().find(|(encoding, _)| *encoding == self).map_or("", |(_, name)| name)
    }
}

/// Compresses chunk by chunk.
pub(super) enum Compressor {
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
}

impl Compressor {
    /// A compressor.
    ///
    /// # Errors
    /// When the library has no memory.
    pub(super) fn new(encoding: Encoding) -> io::Result<Self> {
        Ok(match encoding {
            Encoding::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(Vec::new(), 1)?),
            Encoding::Brotli => {
                Self::Brotli(Box::new(brotli::CompressorWriter::new(Vec::new(), 4096, 2, 20)))
            }
            Encoding::Gzip => {
                Self::Gzip(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()))
            }
        })
    }

    /// Takes a chunk, and gives what is ready; perhaps nothing.
    pub(super) fn push(&mut self, chunk: &[u8]) -> io::Result<Bytes> {
        let out = match self {
            Self::Zstd(encoder) => {
                encoder.write_all(chunk)?;
                encoder.get_mut()
            }
            Self::Brotli(encoder) => {
                encoder.write_all(chunk)?;
                encoder.get_mut()
            }
            Self::Gzip(encoder) => {
                encoder.write_all(chunk)?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(out).into())
    }

    /// The end of the body.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        Ok(match self {
            Self::Zstd(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Gzip(encoder) => encoder.finish()?,
        }
        .into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_client_chooses() {
        for (accept, expected) in [
            (None, None),
            (Some("gzip, deflate"), Some(Encoding::Gzip)),
            (Some("gzip, deflate, br, zstd"), Some(Encoding::Zstd)),
            (Some("gzip;q=0.5, br;q=1.0"), Some(Encoding::Brotli)),
            (Some("gzip;q=0"), None),
            (Some("identity"), None),
        ] {
            assert_eq!(Encoding::choose(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn what_was_compressed_comes_back() {
        let chunks = ["a chunk of text ".repeat(999), "and another".repeat(20_000)];
        for (encoding, _) in OFFERED {
            let mut compressor = Compressor::new(encoding).expect("memory");
            let mut packed = Vec::new();
            for chunk in &chunks {
                packed.extend_from_slice(&compressor.push(chunk.as_bytes()).expect("memory"));
            }
            packed.extend_from_slice(&compressor.finish().expect("memory"));
            let mut text = String::new();
            match encoding {
                Encoding::Zstd => {
                    zstd::stream::read::Decoder::new(&*packed).expect("zstd").read_to_string(&mut text)
                }
                Encoding::Brotli => brotli::Decompressor::new(&*packed, 4096).read_to_string(&mut text),
                Encoding::Gzip => flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text),
            }
            .expect("whole");
            assert_eq!(text, chunks.concat(), "{encoding:?}");
            assert!(packed.len() < text.len() / 10);
        }
    }
}
