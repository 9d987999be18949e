//! What one can buy: manufacturers, models, and how common each is.

use proto::OsFamily;

/// The kind of machine; decides the letters in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    Laptop,
    Desktop,
    Tablet,
    Phone,
    Server,
}

impl Form {
    /// The letters in a device's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Laptop => "LT",
            Self::Desktop => "DT",
            Self::Tablet => "TB",
            Self::Phone => "PH",
            Self::Server => "SV",
        }
    }

    /// As the inventory says it (`identity.chassisType`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Laptop => "laptop",
            Self::Desktop => "desktop",
            Self::Tablet => "tablet",
            Self::Phone => "phone",
            Self::Server => "server",
        }
    }
}

/// Who owns the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    Company,
    Personal,
}

/// A model on sale.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) manufacturer: &'static str,
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) cpu: &'static str,
    pub(crate) cores: u32,
    pub(crate) threads: u32,
    pub(crate) memory_gib: &'static [u32],
    pub(crate) storage_gb: &'static [u32],
    pub(crate) architecture: &'static str,
}

/// Parts in a hundred of a mid-sized European company.
pub(crate) const FAMILIES: [(u32, OsFamily); 5] = [
    (54, OsFamily::Windows),
    (19, OsFamily::Ios),
    (12, OsFamily::Android),
    (9, OsFamily::MacOs),
    (6, OsFamily::Linux),
];

/// The models of a family with their weights.
pub(crate) fn models(family: OsFamily) -> &'static [(u32, Model)] {
    match family {
        OsFamily::Windows => WINDOWS,
        OsFamily::MacOs => MAC,
        OsFamily::Ios => IOS,
        OsFamily::Android => ANDROID,
        OsFamily::Linux => LINUX,
    }
}

const X64: &str = "x86_64";
const ARM: &str = "aarch64";

/// One line per model: manufacturer, name, form, processor, cores, threads, memory, storage, architecture.
macro_rules! models {
    ($($weight:literal: $maker:literal $name:literal $form:ident $cpu:literal $cores:literal/$threads:literal
       $memory:expr, $storage:expr, $arch:expr;)*) => {
        &[$(($weight, Model {
            manufacturer: $maker, name: $name, form: Form::$form, cpu: $cpu, cores: $cores,
            threads: $threads, memory_gib: &$memory, storage_gb: &$storage, architecture: $arch,
        })),*]
    };
}

const WINDOWS: &[(u32, Model)] = models! {
    16: "Dell Inc." "Latitude 5450" Laptop "Intel(R) Core(TM) Ultra 5 125U" 12/14 [16, 32], [256, 512], X64;
    9: "Dell Inc." "Latitude 7450" Laptop "Intel(R) Core(TM) Ultra 7 165U" 12/14 [16, 32], [512], X64;
    7: "Dell Inc." "OptiPlex Micro 7020" Desktop "Intel(R) Core(TM) i5-14500T" 14/20 [16], [256, 512], X64;
    3: "Dell Inc." "Precision 3680" Desktop "Intel(R) Core(TM) i7-14700" 20/28 [32, 64], [1000], X64;
    15: "HP" "EliteBook 840 14 inch G11" Laptop "Intel(R) Core(TM) Ultra 5 135U" 12/14 [16, 32], [256, 512], X64;
    6: "HP" "EliteBook 845 14 inch G11" Laptop "AMD Ryzen 5 PRO 8540U" 6/12 [16], [512], X64;
    6: "HP" "Pro Mini 400 G9" Desktop "Intel(R) Core(TM) i5-13500T" 14/20 [8, 16], [256], X64;
    16: "LENOVO" "ThinkPad T14 Gen 5" Laptop "Intel(R) Core(TM) Ultra 5 125U" 12/14 [16, 32], [512], X64;
    7: "LENOVO" "ThinkPad X1 Carbon Gen 12" Laptop "Intel(R) Core(TM) Ultra 7 155U" 12/14 [32], [512, 1000], X64;
    5: "LENOVO" "ThinkCentre M70q Gen 5" Desktop "Intel(R) Core(TM) i5-14400T" 10/16 [8, 16], [256], X64;
    6: "Microsoft Corporation" "Surface Laptop 7" Laptop "Snapdragon(R) X Plus" 10/10 [16], [256, 512], ARM;
    4: "Microsoft Corporation" "Surface Pro 11" Tablet "Snapdragon(R) X Elite" 12/12 [16], [512], ARM;
};

const MAC: &[(u32, Model)] = models! {
    40: "Apple Inc." "MacBook Air (13-inch, M3)" Laptop "Apple M3" 8/8 [8, 16], [256, 512], ARM;
    34: "Apple Inc." "MacBook Pro (14-inch, M4)" Laptop "Apple M4 Pro" 12/12 [24, 48], [512, 1000], ARM;
    10: "Apple Inc." "MacBook Pro (16-inch, M4)" Laptop "Apple M4 Max" 16/16 [48], [1000, 2000], ARM;
    9: "Apple Inc." "Mac mini (M4)" Desktop "Apple M4" 10/10 [16], [256, 512], ARM;
    7: "Apple Inc." "iMac (24-inch, M4)" Desktop "Apple M4" 10/10 [16, 24], [256, 512], ARM;
};

const IOS: &[(u32, Model)] = models! {
    22: "Apple" "iPhone 14" Phone "Apple A15 Bionic" 6/6 [6], [128, 256], ARM;
    26: "Apple" "iPhone 15" Phone "Apple A16 Bionic" 6/6 [6], [128, 256], ARM;
    18: "Apple" "iPhone 16" Phone "Apple A18" 6/6 [8], [128, 256], ARM;
    10: "Apple" "iPhone 16e" Phone "Apple A18" 6/6 [8], [128], ARM;
    14: "Apple" "iPad (10th generation)" Tablet "Apple A14 Bionic" 6/6 [4], [64, 256], ARM;
    10: "Apple" "iPad Pro (11-inch, M4)" Tablet "Apple M4" 9/9 [8], [256, 512], ARM;
};

const ANDROID: &[(u32, Model)] = models! {
    22: "samsung" "Galaxy A55 5G" Phone "Exynos 1480" 8/8 [8], [128, 256], ARM;
    24: "samsung" "Galaxy S24" Phone "Exynos 2400" 10/10 [8], [128, 256], ARM;
    14: "samsung" "Galaxy XCover7" Phone "Dimensity 6100+" 8/8 [6], [128], ARM;
    10: "samsung" "Galaxy Tab Active5" Tablet "Exynos 1380" 8/8 [6], [128], ARM;
    16: "Google" "Pixel 8a" Phone "Tensor G3" 9/9 [8], [128], ARM;
    8: "Google" "Pixel 9" Phone "Tensor G4" 8/8 [12], [128, 256], ARM;
    6: "Zebra Technologies" "TC58" Phone "Qualcomm 6490" 8/8 [8], [128], ARM;
};

const LINUX: &[(u32, Model)] = models! {
    26: "Dell Inc." "Latitude 7450" Laptop "Intel(R) Core(TM) Ultra 7 165U" 12/14 [32], [512, 1000], X64;
    24: "LENOVO" "ThinkPad T14 Gen 5" Laptop "AMD Ryzen 7 PRO 8840U" 8/16 [32], [512, 1000], X64;
    12: "Framework" "Laptop 13 (AMD Ryzen AI 300 Series)" Laptop "AMD Ryzen AI 7 350" 8/16 [32, 64], [1000], X64;
    14: "Dell Inc." "Precision 3680" Desktop "Intel(R) Core(TM) i9-14900" 24/32 [64], [1000, 2000], X64;
    24: "HPE" "ProLiant DL325 Gen11" Server "AMD EPYC 9354P 32-Core Processor" 32/64 [128, 256], [2000], X64;
};
