/**
 * Which files a page needs besides the program itself, for the addresses people open first. The page asks for them while
 * the program is still on its way; a page that is not named here asks a little later.
 */
const ROUTES = 'src/routes';
const TENANT_STATUS = `${ROUTES}/tenant-status/TenantStatusPage.tsx`;

export const PAGES: Record<string, string[]> = {
  '/sign-in': [`${ROUTES}/SignInPage.tsx`],
  '/tenant-status/details': [TENANT_STATUS, `${ROUTES}/tenant-status/TenantDetails.tsx`],
  '/tenant-status/connectors': [TENANT_STATUS, `${ROUTES}/connectors/ConnectorList.tsx`],
  '/tenant-status/service-health': [TENANT_STATUS, `${ROUTES}/service-health/ServiceHealth.tsx`],
  '/devices': [`${ROUTES}/devices/DevicesPage.tsx`],
  '/users': [`${ROUTES}/UsersPage.tsx`],
  '/data-warehouse': [`${ROUTES}/warehouse/WarehousePage.tsx`],
};

/** Those of them that need the words of `src/locales/hub/`. */
export const HUB_PAGES = ['/tenant-status/connectors', '/tenant-status/service-health'];
