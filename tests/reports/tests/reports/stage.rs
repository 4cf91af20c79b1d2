//! Files, servers and placeholders of one case.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::case::Case;
use crate::jwt;
use crate::placeholders::Placeholders;
use crate::server::Server;

pub(crate) struct Stage {
    pub(crate) dir: TempDir,
    pub(crate) placeholders: Placeholders,
    pub(crate) servers: BTreeMap<String, Server>,
}

impl Stage {
    pub(crate) fn set(folder: &Path, case: &Case) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        // The program may run as another user.
        chmod(dir.path(), 0o755)?;
        let home = dir.path().join("home");
        fs::create_dir(&home).map_err(|e| e.to_string())?;
        let mut placeholders = Placeholders::default();
        placeholders.set("dir", dir.path().display().to_string());
        for (name, claims) in &case.jwt {
            placeholders.set(format!("jwt.{name}"), jwt::make(claims)?);
        }
        let mut servers = BTreeMap::new();
        for (name, settings) in &case.server {
            let ca = dir.path().join(format!("{name}-ca.pem"));
            let server = Server::bind(settings, &ca)?;
            placeholders.set(name.clone(), server.url());
            placeholders.set(format!("{name}.host"), server.host());
            placeholders.set(format!("{name}.port"), server.port().to_string());
            placeholders.set(format!("{name}.ca"), ca.display().to_string());
            servers.insert(name.clone(), server);
        }
        let ports = servers.iter().map(|(name, server)| (name.clone(), server.port())).collect();
        for server in servers.values_mut() {
            server.start(&placeholders, &ports)?;
        }
        if folder.join("files").is_dir() {
            copy(&folder.join("files"), dir.path(), &placeholders)?;
        }
        for (file, mode) in &case.modes {
            let mode = u32::from_str_radix(mode, 8).map_err(|e| format!("mode of {file}: {e}"))?;
            chmod(&dir.path().join(file), mode)?;
        }
        Ok(Self { dir, placeholders, servers })
    }
}

fn chmod(path: &Path, mode: u32) -> Result<(), String> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|e| format!("{}: {e}", path.display()))
}

fn copy(from: &Path, to: &Path, placeholders: &Placeholders) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", from.display());
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).map_err(failed)?;
            copy(&entry.path(), &target, placeholders)?;
            continue;
        }
        let bytes = fs::read(entry.path()).map_err(failed)?;
        // A file that is not UTF-8 is so on purpose.
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => placeholders.fill(&text)?.into_bytes(),
            Err(other) => other.into_bytes(),
        };
        fs::write(&target, bytes).map_err(failed)?;
        let mode = fs::metadata(entry.path()).map_err(failed)?.permissions().mode();
        chmod(&target, mode & 0o777)?;
    }
    Ok(())
}
