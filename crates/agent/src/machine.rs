//! What the agent needs of an operating system: its inventory. One implementation per system, in `os`.

use proto::{EnrollIdentity, Section, Sections, Validate};

/// A machine that can tell about itself. Nothing here fails: what cannot be read is left out.
pub(crate) trait Machine {
    /// The whole inventory, in the protocol's limits.
    fn inventory(&self) -> Sections;
}

/// What the machine calls itself when it enrols.
pub(crate) fn enroll_identity(sections: &Sections) -> EnrollIdentity {
    let identity = sections.identity();
    let system = sections.operating_system();
    EnrollIdentity {
        device_name: identity.map_or_else(|| "unnamed".to_owned(), |identity| identity.device_name.clone()),
        serial_number: identity.and_then(|identity| identity.serial_number.clone()),
        manufacturer: identity.and_then(|identity| identity.manufacturer.clone()),
        model: identity.and_then(|identity| identity.model.clone()),
        operating_system: system.map(|system| system.family),
        os_version: system.map(|system| system.version.clone()),
    }
}

/// Leaves out a section that the server would refuse: the others are still worth reporting.
pub(crate) fn valid(section: Section) -> Option<Section> {
    match section.validate() {
        Ok(()) => Some(section),
        Err(malformed) => {
            tracing::warn!(section = %section.name(), %malformed, "a section is left out of the report");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::{Identity, OperatingSystem, OsFamily};

    use super::*;

    #[test]
    fn an_unreadable_section_is_left_out_and_enrolment_says_what_is_known() {
        let identity = Identity { device_name: "deck".to_owned(), ..Identity::default() };
        let system = OperatingSystem {
            architecture: None,
            edition: None,
            family: OsFamily::Linux,
            kernel: None,
            name: "Debian".to_owned(),
            version: "x".repeat(300),
        };
        let all = [Section::Identity(identity), Section::OperatingSystem(system)];
        let sections: Sections = all.into_iter().filter_map(valid).collect();
        assert_eq!(sections.len(), 1);
        let enrolling = enroll_identity(&sections);
        assert_eq!((enrolling.device_name.as_str(), enrolling.operating_system), ("deck", None));
    }
}
