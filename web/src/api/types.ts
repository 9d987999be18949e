/**
 * The shapes the server answers with. Names are the server's own: Microsoft Graph's for management
 * resources, the warehouse's for the warehouse. Times are ISO 8601 strings in UTC.
 */

export interface Session {
  user: { id: string; displayName: string; userPrincipalName: string };
  tenant: { id: string; displayName: string; domain: string };
  permissions: string[];
  csrfToken: string;
  version: string;
  locale?: string | null;
}

export interface ODataList<T> {
  '@odata.context'?: string;
  '@odata.count'?: number;
  '@odata.nextLink'?: string;
  value: T[];
}

export interface Licence {
  skuPartNumber: string;
  displayName: string | null;
  enabledUnits: number;
  consumedUnits: number;
}

export interface TenantDetails {
  tenantName: string;
  tenantLocation: string | null;
  mdmAuthority: string;
  accountStatus: string;
  serviceRelease: string;
  totalEnrolledDevices: number;
  totalLicensedUsers: number;
  totalLicenses: number;
  assignedLicenses: number;
  licenses: Licence[];
  lastSnapshotDateKey: number | null;
}

export interface ManagedDevice {
  id: string;
  deviceName: string;
  operatingSystem: string | null;
  osVersion: string | null;
  complianceState: string | null;
  managedDeviceOwnerType: string | null;
  enrolledDateTime: string | null;
  lastSyncDateTime: string | null;
  serialNumber: string | null;
  manufacturer: string | null;
  model: string | null;
  userPrincipalName: string | null;
  userDisplayName: string | null;
  isEncrypted: boolean | null;
  totalStorageSpaceInBytes: number | null;
  freeStorageSpaceInBytes: number | null;
  physicalMemoryInBytes: number | null;
  wiFiMacAddress: string | null;
  ethernetMacAddress: string | null;
  managementAgent: string | null;
  deviceEnrollmentType: string | null;
  azureADRegistered: boolean | null;
  managementCertificateExpirationDate: string | null;
  isSimulated?: boolean | null;
}

export interface Disk {
  key: string;
  device?: string | null;
  mountPoint: string;
  fileSystem?: string | null;
  totalBytes?: number | null;
  freeBytes?: number | null;
  encrypted?: boolean | null;
}

export interface NetworkInterface {
  key: string;
  name: string;
  macAddress?: string | null;
  kind?: string | null;
  addresses?: string[] | null;
}

export interface Package {
  key: string;
  name: string;
  version: string;
  source?: string | null;
  sizeBytes?: number | null;
}

export interface LoggedOnUser {
  key: string;
  name: string;
  terminal?: string | null;
  since?: string | null;
}

export interface Inventory {
  deviceId: string;
  collectedAt: string | null;
  sections: {
    identity?: {
      deviceName: string;
      serialNumber?: string | null;
      manufacturer?: string | null;
      model?: string | null;
      chassisType?: string | null;
      machineId?: string | null;
    };
    operatingSystem?: {
      name: string;
      family: string;
      version: string;
      kernel?: string | null;
      architecture?: string | null;
      edition?: string | null;
    };
    hardware?: {
      cpuModel?: string | null;
      cpuCount?: number | null;
      cpuCores?: number | null;
      memoryTotalBytes?: number | null;
      physicalMemoryBytes?: number | null;
    };
    disks?: Disk[];
    interfaces?: NetworkInterface[];
    encryption?: { state: string; method?: string | null };
    loggedOnUsers?: LoggedOnUser[];
    packages?: Package[];
  };
}

export interface EnrollmentToken {
  id: string;
  description: string | null;
  createdDateTime: string;
  expirationDateTime: string;
  usesRemaining: number | null;
  isRevoked: boolean;
}

export interface NewEnrollmentToken extends EnrollmentToken {
  token: string;
}

export interface User {
  id: string;
  displayName: string | null;
  userPrincipalName: string;
  mail: string | null;
  accountEnabled: boolean | null;
  assignedLicenses?: { skuId: string }[] | null;
}

export interface WarehouseColumn {
  name: string;
  type: string;
  nullable: boolean;
  personal: boolean | string | null;
  doc: string | null;
}

export interface WarehouseTable {
  name: string;
  kind: 'dimension' | 'fact' | 'association' | 'enumeration';
  rows: number;
  sizeBytes: number;
  retentionDays: number | null;
  description: string | null;
  /** The versions of the feed that show it, oldest first. */
  versions?: string[];
  columns: WarehouseColumn[];
  /** The names of the columns that each version shows. */
  columnsByVersion?: Record<string, string[]>;
}

export interface Warehouse {
  feedUrl: string;
  feedUrlBeta: string;
  pathRoot: string;
  pathRootBeta: string;
  lastSnapshot: { dateKey: number; publishedDateTime: string; snapshotId: number } | null;
  tables: WarehouseTable[];
  moved?: WarehouseMove | null;
  /** What DuckDB attaches, such as `ducklake:sqlite:/var/lib/…`, when the server says it. */
  duckdbAttach?: string | null;
}

/** What a query of the SQL explorer gave. */
export interface SqlAnswer {
  columns: { name: string; type: string }[];
  rows: Record<string, unknown>[];
  /** There were more rows than are shown. */
  truncated: boolean;
}

/** A trend chart whose data can be downloaded. */
export interface WarehouseChart {
  name: string;
  table: string;
  href: string;
}

/** The warehouse was emptied, and is recorded at another place since. */
export interface WarehouseMove {
  movedDateTime: string;
  location: string;
  previousLocation: string;
}

/** How long one dated table is kept, and what goes next. Zero days mean for ever. */
export interface TableRetention {
  name: string;
  retentionDays: number;
  defaultDays: number;
  announced: { retentionDays: number; effectiveDate: string } | null;
  oldestDateKey: number | null;
  newestDateKey: number | null;
  days: number;
  nextDrop: { days: number; date: string } | null;
  /** More will go than a day for each that comes: `warning`. */
  state: 'kept' | 'rolling' | 'warning';
}

export interface WarehouseRetention {
  noticeDays: number;
  tables: TableRetention[];
}

export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  endDateTime: string;
  hint: string | null;
}

export interface Application {
  id: string;
  appId: string;
  displayName: string;
  createdDateTime: string;
  permissions: string[];
  passwordCredentials: PasswordCredential[];
}

export interface NewPassword {
  keyId: string;
  secretText: string;
}

export interface AuditEvent {
  id: string;
  activityDateTime: string;
  activity: string;
  category: string | null;
  activityResult: string | null;
  actor: { auditActorType: string; id: string | null; userPrincipalName: string | null };
  resources: AuditResource[];
  /** What the event knows beyond the rest: names and values, different for each activity. */
  details?: Record<string, unknown> | null;
  correlationId: string | null;
}

export interface AuditResource {
  auditResourceType: string;
  resourceId: string;
  displayName: string | null;
}

export interface WhatsNew {
  releases: { version: string; date: string | null; sections: { title: string; items: string[] }[] }[];
}
