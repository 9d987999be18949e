//! What is not in the warehouse: "Win32 apps are not included", "the Data Warehouse does not sync Jamf devices" (seed,
//! appTypes and "Time: Daily snapshots").

/// The id in appTypes of an app by its type in Microsoft Graph; none for apps that are not in the warehouse.
pub fn app_type(graph_type: &str) -> Option<i64> {
    let name = graph_type.strip_prefix("#microsoft.graph.").unwrap_or(graph_type);
    let id = match name {
        "androidStoreApp" | "androidManagedStoreApp" | "androidForWorkApp" => 0,
        "androidLobApp" | "androidManagedStoreWebApp" => 1,
        "managedAndroidStoreApp" | "managedAndroidLobApp" => 2,
        "iosStoreApp" | "iosVppApp" => 3,
        "iosLobApp" => 4,
        "managedIOSStoreApp" | "managedIOSLobApp" => 5,
        "officeSuiteApp" => 6,
        "webApp" => 7,
        "windowsPhone81StoreApp" => 8,
        "windowsStoreApp" | "microsoftStoreForBusinessApp" => 9,
        "windowsAppX" | "windowsUniversalAppX" => 10,
        "windowsMobileMSI" => 11,
        "windowsPhoneXAP" => 12,
        // win32LobApp, winGetApp, macOSLobApp and whatever comes later.
        _ => return None,
    };
    Some(id)
}

/// Whether a device is in the warehouse, by its management agent in Microsoft Graph.
pub fn has_device(management_agent: &str) -> bool {
    management_agent != "jamf"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn win32_apps_are_not_in_it_and_every_type_has_an_app() {
        assert_eq!(app_type("#microsoft.graph.win32LobApp"), None);
        assert_eq!(app_type("#microsoft.graph.windowsMobileMSI"), Some(11));
        let table = ::model::table("appTypes").expect("declared");
        let ids: Vec<_> = table.rows.iter().map(|row| row.cells[0]).collect();
        for name in ["androidStoreApp", "iosLobApp", "officeSuiteApp", "webApp", "windowsPhoneXAP"] {
            let id = app_type(name).expect("in the warehouse");
            assert!(ids.contains(&::model::Const::Int(id)), "{name}");
        }
    }

    #[test]
    fn jamf_devices_are_not_in_it() {
        assert!(!has_device("jamf"));
        assert!(has_device("mdm") && has_device("configurationManagerClient"));
    }
}
