//! A reader of BER (X.690): the forms with indefinite lengths and strings in pieces, which DER readers refuse and
//! Apple's and Java's writers of encrypted messages use.

/// Deeper nesting than any credential has; it bounds the stack.
const DEPTH_MAX: usize = 32;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;

/// One value: its tag octet, and what it holds.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) tag: u8,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Bytes(&'a [u8]),
    Nodes(Vec<Node<'a>>),
}

/// Why bytes are no BER value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// They end too early.
    Short,
    /// They never were one.
    Malformed,
}

impl<'a> Node<'a> {
    /// The value at the start of `bytes`, and what follows it.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<(Node<'a>, &'a [u8]), Broken> {
        read(bytes, 0)
    }

    /// The bytes of a primitive value; none of a constructed one.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        match self.content {
            Content::Bytes(bytes) => bytes,
            Content::Nodes(_) => &[],
        }
    }

    /// What a constructed value is made of; nothing of a primitive one.
    pub(crate) fn nodes(&self) -> &[Node<'a>] {
        match &self.content {
            Content::Bytes(_) => &[],
            Content::Nodes(nodes) => nodes,
        }
    }

    /// A string's octets, its pieces joined.
    pub(crate) fn octets(&self) -> Vec<u8> {
        match &self.content {
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Nodes(nodes) => nodes.iter().flat_map(Node::octets).collect(),
        }
    }
}

fn read(bytes: &[u8], depth: usize) -> Result<(Node<'_>, &[u8]), Broken> {
    if depth > DEPTH_MAX {
        return Err(Broken::Malformed);
    }
    let (&tag, rest) = bytes.split_first().ok_or(Broken::Short)?;
    // Tags of several octets occur in no message read here.
    if tag & 0x1f == 0x1f {
        return Err(Broken::Malformed);
    }
    let (length, rest) = length(rest)?;
    let is_constructed = tag & CONSTRUCTED != 0;
    let Some(length) = length else {
        return if is_constructed { indefinite(tag, rest, depth) } else { Err(Broken::Malformed) };
    };
    if rest.len() < length {
        return Err(Broken::Short);
    }
    let (inner, rest) = rest.split_at(length);
    let content = if is_constructed { Content::Nodes(all(inner, depth)?) } else { Content::Bytes(inner) };
    Ok((Node { tag, content }, rest))
}

fn all(mut inner: &[u8], depth: usize) -> Result<Vec<Node<'_>>, Broken> {
    let mut nodes = Vec::new();
    while !inner.is_empty() {
        // What ends too early inside a value of known length is wrong, not cut.
        let (node, rest) = read(inner, depth + 1).map_err(|_| Broken::Malformed)?;
        nodes.push(node);
        inner = rest;
    }
    Ok(nodes)
}

fn indefinite(tag: u8, mut rest: &[u8], depth: usize) -> Result<(Node<'_>, &[u8]), Broken> {
    let mut nodes = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            return Ok((Node { tag, content: Content::Nodes(nodes) }, after));
        }
        let (node, after) = read(rest, depth + 1)?;
        nodes.push(node);
        rest = after;
    }
}

/// A length, or none when it is indefinite.
fn length(bytes: &[u8]) -> Result<(Option<usize>, &[u8]), Broken> {
    let (&first, rest) = bytes.split_first().ok_or(Broken::Short)?;
    match first {
        0x80 => Ok((None, rest)),
        0..0x80 => Ok((Some(usize::from(first)), rest)),
        0x81..=0x84 => {
            let n_octets = usize::from(first & 0x7f);
            if rest.len() < n_octets {
                return Err(Broken::Short);
            }
            let (octets, rest) = rest.split_at(n_octets);
            let length = octets.iter().fold(0_usize, |sum, octet| (sum << 8) | usize::from(*octet));
            Ok((Some(length), rest))
        }
        _ => Err(Broken::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_and_indefinite_lengths_end() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 4, 1, b'a', 4, 2, b'b', b'c', 0, 0, 2, 1, 7, 0, 0, 9];
        let (node, rest) = Node::read(&bytes).unwrap();
        assert_eq!((node.tag, rest), (SEQUENCE, &[9][..]));
        assert_eq!(node.nodes()[0].octets(), b"abc");
        assert_eq!((node.nodes()[1].tag, node.nodes()[1].bytes()), (INTEGER, &[7][..]));
    }

    #[test]
    fn short_and_malformed_are_told_apart() {
        for (bytes, why) in [
            (&[][..], Broken::Short),
            (&[0x30, 5, 1][..], Broken::Short),
            (&[0x30, 0x82, 1][..], Broken::Short),
            (&[0x30, 0x80, 4, 1, 1][..], Broken::Short),
            (&[0x04, 0x80, 0, 0][..], Broken::Malformed),
            (&[0x30, 0x89][..], Broken::Malformed),
            (&[0x30, 2, 4, 9][..], Broken::Malformed),
            (&[0x1f, 1, 1][..], Broken::Malformed),
        ] {
            assert_eq!(Node::read(bytes).err(), Some(why), "{bytes:?}");
        }
        assert_eq!(Node::read(&[0x30_u8, 0x80].repeat(100)).err(), Some(Broken::Malformed), "too deep");
    }
}
