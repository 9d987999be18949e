/**
 * Made-up answers for working on the interface without the real server. Same on every start.
 */

/** A small seeded generator (mulberry32): the same fleet every time. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const roll = dice(7);
const pick = (values) => values[Math.floor(roll() * values.length)];
const guid = () =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(roll() * 16).toString(16));
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();

const GiB = 1024 ** 3;
const SYSTEMS = [
  ['Windows', '10.0.26100.4061', 'Contoso Fabrikam', 'Latitude 7450'],
  ['macOS', '15.5', 'Apple', 'MacBook Pro 14'],
  ['iOS', '18.5', 'Apple', 'iPhone 16'],
  ['Android', '15', 'Google', 'Pixel 9'],
  ['Linux', '12', 'Lenovo', 'ThinkPad X1 Carbon'],
];
const PEOPLE = [
  'Anna Bakker',
  'John Smith',
  'Åsa Öberg',
  'Wei Chen',
  'Fatima El Idrissi',
  'Lars Nyström',
  'Maria van der Velde-Oosterhuis',
];

export const tenant = {
  id: '7d0b3c52-5f2e-4c1b-9a55-0b6f5c1f2a10',
  displayName: 'Contoso Shipping',
  domain: 'contoso.example',
};

export const users = PEOPLE.concat(Array.from({ length: 60 }, (_, n) => `Sailor ${n + 1}`)).map((name) => {
  const upn = `${name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z0-9 ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '.')}@contoso.example`;
  return {
    id: guid(),
    displayName: name,
    userPrincipalName: upn,
    mail: upn,
    accountEnabled: roll() > 0.1,
    assignedLicenses: roll() > 0.2 ? [{ skuId: guid() }] : [],
  };
});

function device(n) {
  const [operatingSystem, osVersion, manufacturer, model] = n === 0 ? SYSTEMS[4] : pick(SYSTEMS);
  const owner = roll() > 0.15 ? pick(users) : null;
  const total = pick([128, 256, 512, 1024]) * GiB;
  return {
    id: guid(),
    deviceName: n === 0 ? 'bridge' : `sim-${operatingSystem.toLowerCase()}-${String(n).padStart(4, '0')}`,
    operatingSystem,
    osVersion,
    complianceState:
      n === 0
        ? 'compliant'
        : pick(['compliant', 'compliant', 'compliant', 'noncompliant', 'unknown', 'inGracePeriod']),
    managedDeviceOwnerType: pick(['company', 'company', 'personal']),
    enrolledDateTime: ago(24 * (1 + roll() * 400)),
    lastSyncDateTime: ago(n === 0 ? 0.1 : roll() * 200),
    serialNumber: guid().slice(0, 8).toUpperCase(),
    manufacturer,
    model,
    userPrincipalName: owner?.userPrincipalName ?? null,
    userDisplayName: owner?.displayName ?? null,
    isEncrypted: roll() > 0.2,
    totalStorageSpaceInBytes: total,
    freeStorageSpaceInBytes: Math.floor(total * roll()),
    physicalMemoryInBytes: 16 * GiB,
    wiFiMacAddress: '02:00:5e:10:00:01',
    ethernetMacAddress: null,
    managementAgent: 'mdm',
    deviceEnrollmentType: 'deviceEnrollmentManager',
    azureADRegistered: null,
    managementCertificateExpirationDate: ago(-24 * 200),
    isSimulated: n !== 0,
  };
}

export const devices = Array.from({ length: 137 }, (_, n) => device(n));

export function inventory(id) {
  const found = devices.find((candidate) => candidate.id === id);
  if (!found) return null;
  const names = [
    'bash',
    'coreutils',
    'curl',
    'firefox-esr',
    'git',
    'libc6',
    'linux-image-amd64',
    'openssl',
    'python3',
    'vim',
  ];
  return {
    deviceId: id,
    collectedAt: found.lastSyncDateTime,
    sections: {
      identity: {
        deviceName: found.deviceName,
        serialNumber: found.serialNumber,
        manufacturer: found.manufacturer,
        model: found.model,
        chassisType: 'laptop',
        machineId: id.replaceAll('-', ''),
      },
      operatingSystem: {
        name: found.operatingSystem === 'Linux' ? 'Debian GNU/Linux' : found.operatingSystem,
        family: found.operatingSystem,
        version: found.osVersion,
        kernel: '6.1.0-40-amd64',
        architecture: 'x86_64',
        edition: null,
      },
      hardware: {
        cpuModel: 'Twelfth Engine @ 2.40GHz',
        cpuCount: 8,
        cpuCores: 4,
        memoryTotalBytes: 16 * GiB,
        physicalMemoryBytes: 16 * GiB,
      },
      disks: [
        {
          key: '/',
          device: '/dev/nvme0n1p2',
          mountPoint: '/',
          fileSystem: 'ext4',
          totalBytes: 250 * GiB,
          freeBytes: 120 * GiB,
          encrypted: true,
        },
        {
          key: '/boot',
          device: '/dev/nvme0n1p1',
          mountPoint: '/boot',
          fileSystem: 'vfat',
          totalBytes: GiB,
          freeBytes: 0.7 * GiB,
          encrypted: false,
        },
      ],
      interfaces: [
        { key: 'lo', name: 'lo', macAddress: null, kind: 'loopback', addresses: ['127.0.0.1', '::1'] },
        {
          key: 'wlp2s0',
          name: 'wlp2s0',
          macAddress: '02:00:5e:10:00:01',
          kind: 'wifi',
          addresses: ['192.0.2.17', 'fe80::5eff:fe10:1'],
        },
        { key: 'eth0', name: 'eth0', macAddress: '02:00:5e:10:00:02', kind: 'ethernet', addresses: [] },
      ],
      encryption: { state: 'partial', method: 'luks2' },
      loggedOnUsers: [{ key: 'anna', name: 'anna', terminal: 'tty2', since: found.lastSyncDateTime }],
      packages: Array.from({ length: 320 }, (_, n) => {
        const name = n < names.length ? names[n] : `lib-cargo-${n}`;
        return {
          key: `${name}:amd64`,
          name,
          version: `${1 + (n % 9)}.${n % 30}-1+deb12u${n % 4}`,
          source: 'dpkg',
          sizeBytes: 20_000 + n * 7001,
        };
      }),
    },
  };
}

const text = (name, doc, personal = false) => ({ name, type: 'Edm.String', nullable: true, personal, doc });
const number = (name, doc) => ({ name, type: 'Edm.Int32', nullable: false, personal: false, doc });

export const tables = [
  {
    name: 'dates',
    kind: 'dimension',
    rows: 14_975,
    sizeBytes: 92_000,
    retentionDays: null,
    description: 'One row for each day.',
    columns: [
      number('dateKey', 'The day as yyyymmdd.'),
      { name: 'fullDate', type: 'Edm.DateTimeOffset', nullable: false, personal: false, doc: 'The day.' },
    ],
  },
  {
    name: 'devices',
    kind: 'dimension',
    rows: devices.length,
    sizeBytes: 48_213,
    retentionDays: null,
    description: 'Devices under management, with the values that rarely change.',
    columns: [
      number('deviceKey', 'Surrogate key of the device version.'),
      text('deviceId', 'Identifier of the device.'),
      text('deviceName', 'Name of the device.', true),
      text('operatingSystem', 'Family of the operating system.'),
      text('serialNumber', 'Serial number from the firmware.', true),
      text('manufacturer', 'Who made the device.'),
      text('model', 'Model of the device.'),
      text('osVersion', 'Version of the operating system.'),
      text('deviceRegistrationStateKey', 'State of its registration.'),
      text('rowLastModifiedDateTimeUTC', 'When this row changed last.'),
    ],
  },
  {
    name: 'devicePropertyHistories',
    kind: 'fact',
    rows: 137 * 30,
    sizeBytes: 1_204_882,
    retentionDays: 90,
    description: 'What every device was like on every day.',
    columns: [
      number('dateKey', 'The day as yyyymmdd.'),
      number('deviceKey', 'The device.'),
      text('osVersion', 'Version of the operating system on that day.'),
    ],
  },
  {
    name: 'ownerTypes',
    kind: 'enumeration',
    rows: 4,
    sizeBytes: 812,
    retentionDays: null,
    description: 'Who owns a device.',
    columns: [number('ownerTypeID', 'Key of the value.'), text('ownerTypeName', 'Name of the value.')],
  },
];

export function tableRows(name) {
  switch (name) {
    case 'devices':
      return devices.map((row, n) => ({
        deviceKey: n + 1,
        deviceId: row.id,
        deviceName: row.deviceName,
        operatingSystem: row.operatingSystem,
        serialNumber: row.serialNumber,
        manufacturer: row.manufacturer,
        model: row.model,
        osVersion: row.osVersion,
        deviceRegistrationStateKey: 'registered',
        rowLastModifiedDateTimeUTC: row.lastSyncDateTime,
      }));
    case 'ownerTypes':
      return ['Unknown', 'Company', 'Personal', 'Other'].map((value, n) => ({
        ownerTypeID: n,
        ownerTypeName: value,
      }));
    case 'devicePropertyHistories':
      return Array.from({ length: 137 }, (_, n) => ({
        dateKey: 20261101 + (n % 19),
        deviceKey: n + 1,
        osVersion: n % 2 ? '12' : null,
      }));
    default:
      return Array.from({ length: 200 }, (_, n) => ({
        dateKey: 20260101 + n,
        fullDate: `2026-01-${String((n % 28) + 1).padStart(2, '0')}T00:00:00Z`,
      }));
  }
}

export const applications = [
  {
    id: guid(),
    appId: guid(),
    displayName: 'Nightly report',
    createdDateTime: ago(400),
    permissions: ['get_data_warehouse'],
    passwordCredentials: [
      { keyId: guid(), displayName: 'Report server', endDateTime: ago(-24 * 170), hint: 'aB3' },
      { keyId: guid(), displayName: 'Old laptop', endDateTime: ago(24), hint: 'x9_' },
    ],
  },
];

export const enrollmentTokens = [
  {
    id: guid(),
    description: 'Laptops of the new office',
    createdDateTime: ago(3),
    expirationDateTime: ago(-21),
    usesRemaining: 17,
    isRevoked: false,
  },
  {
    id: guid(),
    description: 'First try',
    createdDateTime: ago(90),
    expirationDateTime: ago(66),
    usesRemaining: 1,
    isRevoked: false,
  },
  {
    id: guid(),
    description: '',
    createdDateTime: ago(190),
    expirationDateTime: ago(-66),
    usesRemaining: 5,
    isRevoked: true,
  },
];

export const auditEvents = Array.from({ length: 73 }, (_, n) => ({
  id: guid(),
  activityDateTime: ago(n * 3),
  activity: pick([
    'Create enrollment token',
    'Retire device',
    'Register application',
    'Add application password',
  ]),
  category: 'Device',
  activityResult: n % 9 === 4 ? 'Failure' : 'Success',
  actor: { auditActorType: 'user', id: guid(), userPrincipalName: 'admin@contoso.example' },
  resources: [
    { auditResourceType: 'ManagedDevice', resourceId: guid(), displayName: pick(devices).deviceName },
  ],
  details: { permissions: ['get_data_warehouse'], validForHours: 24 },
  correlationId: guid(),
}));

export const whatsNew = {
  releases: [
    {
      version: '0.1.0',
      date: '2026-11-20',
      sections: [
        {
          title: 'Added',
          items: [
            'Tenant status with tenant details.',
            'Devices, enrolled by the agent over mutual TLS.',
            'The data warehouse feed with its explorer.',
          ],
        },
        { title: 'Known limits', items: ['The agent runs on Linux.'] },
      ],
    },
  ],
};
