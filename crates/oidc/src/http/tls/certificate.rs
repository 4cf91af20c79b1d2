//! Reads what a certificate says of itself (RFC 5280), to explain why it is not trusted. Nothing is trusted
//! because of it: rustls checks everything that a connection relies on.

use std::time::Duration;

use pkcs8::der::asn1::{AnyRef, BitStringRef, ContextSpecific, GeneralizedTime, OctetStringRef, UtcTime};
use pkcs8::der::{self, DateTime, Decode, Reader, SliceReader, Tag, TagNumber};
use pkcs8::ObjectIdentifier;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// The parsed fields of a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Certificate {
    pub(super) issuer: Name,
    pub(super) subject: Name,
    /// SubjectPublicKeyInfo, in DER.
    pub(super) key: Vec<u8>,
    /// Since 1970, as `not_after`.
    pub(super) not_before: Duration,
    pub(super) not_after: Duration,
    /// Whether it has the extension subjectAltName; without it, it is valid for no host.
    pub(super) has_names: bool,
    /// Whether it may sign other certificates.
    pub(super) is_authority: bool,
    /// Whether its extended key usage allows servers.
    pub(super) is_for_servers: bool,
}

/// A distinguished name, in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name(Vec<u8>);

impl Certificate {
    pub(super) fn read(der: &[u8]) -> der::Result<Self> {
        let mut parts = inside(&mut SliceReader::new(der)?)?;
        let mut parts = inside(&mut parts)?;
        // The version is absent in version 1.
        ContextSpecific::<AnyRef<'_>>::decode_explicit(&mut parts, TagNumber(0))?;
        let [_serial, _algorithm] = [parts.tlv_bytes()?, parts.tlv_bytes()?];
        let issuer = Name(parts.tlv_bytes()?.to_vec());
        let mut validity = inside(&mut parts)?;
        let [not_before, not_after] = [time(&mut validity)?, time(&mut validity)?];
        let subject = Name(parts.tlv_bytes()?.to_vec());
        let key = parts.tlv_bytes()?.to_vec();
        let mut certificate =
            Self { issuer, subject, key, not_before, not_after, is_for_servers: true, ..Self::default() };
        match extensions(&mut parts)? {
            Some(extensions) => certificate.extend(extensions)?,
            // Version 1 has no other way to mark an authority.
            None => certificate.is_authority = certificate.is_self_signed(),
        }
        Ok(certificate)
    }

    /// Whether it claims to be signed by its own key.
    pub(super) fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }

    /// An extension that cannot be read allows nothing.
    fn extend(&mut self, mut extensions: SliceReader<'_>) -> der::Result<()> {
        let (mut constraints, mut signs) = (None, false);
        while !extensions.is_finished() {
            let mut extension = inside(&mut extensions)?;
            let id = ObjectIdentifier::decode(&mut extension)?;
            // Skips the flag "critical".
            Option::<bool>::decode(&mut extension)?;
            let value = <&OctetStringRef>::decode(&mut extension)?.as_bytes();
            match id {
                SUBJECT_ALT_NAME => self.has_names = true,
                BASIC_CONSTRAINTS => constraints = Some(is_authority(value).unwrap_or(false)),
                KEY_USAGE => signs = may_sign_certificates(value).unwrap_or(false),
                EXTENDED_KEY_USAGE => self.is_for_servers = allows_servers(value).unwrap_or(false),
                _ => {}
            }
        }
        self.is_authority = constraints.unwrap_or(signs);
        Ok(())
    }
}

impl Name {
    /// Its common name, else its organization, on one line; empty if it has neither.
    pub(super) fn shown(&self) -> String {
        const LONGEST: usize = 100;
        let text = self.attribute(COMMON_NAME).or_else(|| self.attribute(ORGANIZATION)).unwrap_or_default();
        // Neither control characters nor those that change the direction of text.
        let plain = |char: &char| char.is_alphanumeric() || char.is_ascii_graphic() || *char == ' ';
        text.chars().filter(plain).take(LONGEST).collect()
    }

    fn attribute(&self, wanted: ObjectIdentifier) -> Option<String> {
        let mut sets = inside(&mut SliceReader::new(&self.0).ok()?).ok()?;
        let mut found = None;
        while !sets.is_finished() {
            let mut attribute = inside(&mut inside(&mut sets).ok()?).ok()?;
            let id = ObjectIdentifier::decode(&mut attribute).ok()?;
            let value = AnyRef::decode(&mut attribute).ok()?;
            if id == wanted {
                found = std::str::from_utf8(value.value()).ok().map(str::to_owned);
            }
        }
        found
    }
}

/// A time since 1970 as people read it.
pub(super) fn date(time: Duration) -> String {
    DateTime::from_unix_duration(time).map_or_else(|_| "a far future".to_owned(), |date| date.to_string())
}

/// The contents of the next element.
fn inside<'a>(reader: &mut SliceReader<'a>) -> der::Result<SliceReader<'a>> {
    SliceReader::new(AnyRef::decode(reader)?.value())
}

fn time(reader: &mut SliceReader<'_>) -> der::Result<Duration> {
    match Tag::peek(reader)? {
        Tag::UtcTime => UtcTime::decode(reader).map(|time| time.to_unix_duration()),
        _ => GeneralizedTime::decode(reader).map(|time| time.to_unix_duration()),
    }
}

/// The extensions, which come last.
fn extensions<'a>(parts: &mut SliceReader<'a>) -> der::Result<Option<SliceReader<'a>>> {
    while !parts.is_finished() {
        let part = AnyRef::decode(parts)?;
        let number = TagNumber(3);
        if part.header().tag() == (Tag::ContextSpecific { constructed: true, number }) {
            return inside(&mut SliceReader::new(part.value())?).map(Some);
        }
    }
    Ok(None)
}

fn is_authority(value: &[u8]) -> der::Result<bool> {
    let parts = AnyRef::from_der(value)?.value();
    match parts.is_empty() {
        true => Ok(false),
        false => Ok(Option::<bool>::decode(&mut SliceReader::new(parts)?)?.unwrap_or(false)),
    }
}

/// The bit keyCertSign.
fn may_sign_certificates(value: &[u8]) -> der::Result<bool> {
    let bits = BitStringRef::from_der(value)?;
    Ok(bits.raw_bytes().first().is_some_and(|byte| byte & 0b100 != 0))
}

fn allows_servers(value: &[u8]) -> der::Result<bool> {
    let mut usages = inside(&mut SliceReader::new(value)?)?;
    while !usages.is_finished() {
        if [SERVER_AUTH, ANY_USAGE].contains(&ObjectIdentifier::decode(&mut usages)?) {
            return Ok(true);
        }
    }
    Ok(false)
}
