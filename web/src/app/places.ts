/**
 * The places one can go, grouped as people look for them. The navigation shows them, and so does the frame that is
 * painted before the interface has arrived (`shell/`).
 */
export const PLACES = [
  { title: 'nav.manage', places: ['/tenant-status', '/devices', '/devices/enrollment', '/users'] },
  { title: 'nav.reports', places: ['/data-warehouse'] },
  {
    title: 'nav.tenantAdministration',
    places: ['/notifications', '/applications', '/audit-logs', '/whats-new'],
  },
] as const;

export type Place = (typeof PLACES)[number]['places'][number];

/** What each place is called. */
export const PLACE_NAMES = {
  '/tenant-status': 'page.tenantStatus',
  '/devices': 'page.devices',
  '/devices/enrollment': 'page.enrollment',
  '/users': 'page.users',
  '/data-warehouse': 'page.dataWarehouse',
  '/notifications': 'page.notifications',
  '/applications': 'page.applications',
  '/audit-logs': 'page.auditLogs',
  '/whats-new': 'page.whatsNew',
} as const satisfies Record<Place, string>;
