//! The data in an object store: S3, Azure Blob Storage, Google Cloud Storage.
//!
//! An object is there whole or not at all, so nothing has to be synced; a file is sent in parts and completed at the
//! end. Parts of a file that was never completed are not listed: let the store's lifecycle rules abort uploads that are
//! older than a few days. Versions and soft deletes keep what was removed: switch them off, or limit them to the time
//! within which an erased person's data has to be gone.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path as Key;
use object_store::{Error, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use tokio::runtime::Runtime;

use crate::faults::FileFaults;

/// Bytes sent at a time; S3 takes parts of 5 MiB or more.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Why an object store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    #[error(
        "{0} names no object store; write s3://BUCKET/FOLDER, az://CONTAINER/FOLDER or gs://BUCKET/FOLDER"
    )]
    Address(String),
    #[error("there is no option {option} for {scheme}; see the documentation of lake.credentials_file")]
    Option { scheme: String, option: String },
    #[error("the object store {address} cannot be used: {source}")]
    Store { address: String, source: Error },
    #[error("no thread can be started for the object store: {0}")]
    Thread(#[from] io::Error),
}

/// A place in an object store. Cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    /// `s3://bucket`.
    root: String,
    /// Below the bucket, without slashes at the ends; may be empty.
    folder: String,
    runtime: Arc<OwnRuntime>,
    faults: FileFaults,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// A runtime that may be dropped anywhere, also where blocking is not allowed.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn get(&self) -> &Runtime {
        self.0.as_ref().expect("it is taken only when dropped")
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Bucket {
    /// Opens `s3://bucket/folder`, `az://container/folder` or `gs://bucket/folder`. Options are the store's own, such as
    /// `aws_access_key_id`; what they leave out is taken from the machine: its environment, its role.
    ///
    /// # Errors
    /// See [`BucketError`]. Whether the store answers shows only when it is used.
    pub fn open(address: &str, options: &[(String, String)]) -> Result<Bucket, BucketError> {
        let wrong = || BucketError::Address(address.to_owned());
        let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
        let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
        if name.is_empty() {
            return Err(wrong());
        }
        let root = format!("{scheme}://{name}");
        let failed = |source| BucketError::Store { address: root.clone(), source };
        let unknown =
            |option: &str| BucketError::Option { scheme: scheme.to_owned(), option: option.to_owned() };
        macro_rules! build {
            ($Builder:ty) => {{
                let mut builder = <$Builder>::from_env().with_url(&root);
                for (option, value) in options {
                    let key = option.parse().map_err(|_| unknown(option))?;
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }};
        }
        let store: Arc<dyn ObjectStore> = match scheme {
            "s3" => build!(AmazonS3Builder),
            "az" | "azure" | "abfss" => build!(MicrosoftAzureBuilder),
            "gs" => build!(GoogleCloudStorageBuilder),
            _ => return Err(wrong()),
        };
        Ok(Bucket::over(store, &root)?.folder(folder))
    }

    /// Any object store, called `root` (`scheme://name`) in the catalogue.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn over(store: Arc<dyn ObjectStore>, root: &str) -> Result<Bucket, BucketError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("object-store")
            .enable_all()
            .build()?;
        let runtime = Arc::new(OwnRuntime(Some(runtime)));
        let (root, folder) = (root.trim_end_matches('/').to_owned(), String::new());
        Ok(Bucket { store, root, folder, runtime, faults: FileFaults::none() })
    }

    /// A folder of this place, with faults of its own.
    #[must_use]
    pub fn folder(&self, name: &str) -> Bucket {
        let parts = [self.folder.as_str(), name].map(|part| part.trim_matches('/'));
        let folder = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        Bucket { folder, faults: FileFaults::none(), ..self.clone() }
    }

    /// `s3://bucket/folder`, without a slash at the end.
    pub fn address(&self) -> String {
        if self.folder.is_empty() { self.root.clone() } else { format!("{}/{}", self.root, self.folder) }
    }

    pub(crate) fn faults(&self) -> &FileFaults {
        &self.faults
    }

    /// The object's name as a path: its address.
    pub(crate) fn place(&self, relative: &str) -> PathBuf {
        PathBuf::from(format!("{}/{relative}", self.address()))
    }

    fn key(&self, path: &Path) -> io::Result<Key> {
        let text = path.to_str().and_then(|text| text.strip_prefix(self.root.as_str()));
        let text = text.ok_or_else(|| io::Error::other("the path is of another object store"))?;
        Key::parse(text.trim_matches('/')).map_err(io::Error::other)
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> io::Result<T> {
        self.faults.pass()?;
        self.runtime.get().block_on(work).map_err(failure)
    }

    /// The object's size; none when it is not there.
    pub(crate) fn size(&self, path: &Path) -> io::Result<Option<u64>> {
        let key = self.key(path)?;
        match self.run(self.store.head(&key)) {
            Ok(there) => Ok(Some(there.size)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn read(&self, path: &Path, range: Range<u64>) -> io::Result<Bytes> {
        let key = self.key(path)?;
        self.run(self.store.get_range(&key, range))
    }

    /// Writes a small object, unless it is there already.
    pub(crate) fn put_new(&self, path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        let key = self.key(path)?;
        self.faults.fill(bytes.len())?;
        self.run(self.store.put_opts(&key, PutPayload::from(bytes), PutMode::Create.into())).map(drop)
    }

    /// Removes an object. False when it was not there, as far as the store tells.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<bool> {
        let key = self.key(path)?;
        match self.run(self.store.delete(&key)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Every object of this place: its path, size and when it was written.
    pub(crate) fn list(&self) -> io::Result<Vec<(PathBuf, u64, Timestamp)>> {
        let prefix = Key::parse(&self.folder).map_err(io::Error::other)?;
        let prefix = (!self.folder.is_empty()).then_some(&prefix);
        let found: Vec<_> = self.run(self.store.list(prefix).try_collect())?;
        let file = |object: object_store::ObjectMeta| {
            let made = Timestamp::from_microsecond(object.last_modified.timestamp_micros());
            let path = PathBuf::from(format!("{}/{}", self.root, object.location));
            (path, object.size, made.unwrap_or(Timestamp::MAX))
        };
        Ok(found.into_iter().map(file).collect())
    }

    pub(crate) fn create(&self, path: &Path) -> io::Result<RemoteOutput> {
        self.faults.pass()?;
        Ok(RemoteOutput { bucket: self.clone(), path: path.to_owned(), part: Vec::new(), upload: None })
    }
}

fn failure(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::AlreadyExists { .. } | Error::Precondition { .. } => io::ErrorKind::AlreadyExists,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

/// An object being written; it is there once it is finished.
pub(crate) struct RemoteOutput {
    bucket: Bucket,
    path: PathBuf,
    part: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
}

impl RemoteOutput {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bucket.faults.fill(bytes.len())?;
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn send(&mut self) -> io::Result<()> {
        let part = PutPayload::from(std::mem::take(&mut self.part));
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => {
                let key = self.bucket.key(&self.path)?;
                let begun = self.bucket.run(self.bucket.store.put_multipart(&key))?;
                self.upload.insert(begun)
            }
        };
        let sent = upload.put_part(part);
        self.bucket.run(sent)
    }

    /// Completes the object.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if self.upload.is_none() {
            return self.bucket.put_new(&self.path, std::mem::take(&mut self.part));
        }
        if !self.part.is_empty() {
            self.send()?;
        }
        let Some(upload) = &mut self.upload else { return Ok(()) };
        self.bucket.run(upload.complete())?;
        self.upload = None;
        Ok(())
    }
}

impl Drop for RemoteOutput {
    /// Parts of a file that is given up go, if the store still answers.
    fn drop(&mut self) {
        if let Some(mut upload) = self.upload.take() {
            self.bucket.runtime.get().spawn(async move { upload.abort().await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused_in_words() {
        let region = [("aws_region".to_owned(), "eu-north-1".to_owned())];
        let bucket = Bucket::open("s3://days/deck/tenant", &region).expect("an address");
        assert_eq!(bucket.address(), "s3://days/deck/tenant");
        assert_eq!(
            bucket.folder("x").place("main/a.parquet").to_str(),
            Some("s3://days/deck/tenant/x/main/a.parquet")
        );
        for address in ["days", "s3://", "ftp://days/x"] {
            assert!(matches!(Bucket::open(address, &[]), Err(BucketError::Address(_))), "{address}");
        }
        let wrong = [("aws_secret".to_owned(), "x".to_owned())];
        let error = Bucket::open("s3://days", &wrong).expect_err("no such option");
        assert!(error.to_string().contains("no option aws_secret for s3"), "{error}");
    }
}
