/**
 * The map of addresses. Every view has one; what a reader chose (page, order, filters) is in its search part.
 */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router';
import { sessionQuery } from '../api/queries';
import { followUser } from './preferences';
import { NotFoundPage, ProblemScreen } from './screens';
import {
  auditSearch,
  deliveriesSearch,
  devicesSearch,
  deviceSearch,
  explorerSearch,
  serviceHealthSearch,
  signInSearch,
  sqlSearch,
  usersSearch,
  warehouseSearch,
} from './search';
import { Shell } from './Shell';
import { needWords } from '../i18n/i18n';

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: ({ error, reset }) => <ProblemScreen error={error} reset={reset} />,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('../routes/SignInPage'), 'SignInPage'),
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    await followUser(session);
    if (!session) throw redirect({ to: '/sign-in', search: { returnTo: location.href }, replace: true });
  },
});

const indexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/tenant-status/details', replace: true });
  },
});

const tenantStatusRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/tenant-status',
  component: lazyRouteComponent(() => import('../routes/tenant-status/TenantStatusPage'), 'TenantStatusPage'),
});

const tenantStatusIndexRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/tenant-status/details', replace: true });
  },
});

const tenantDetailsRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/details',
  component: lazyRouteComponent(() => import('../routes/tenant-status/TenantDetails'), 'TenantDetails'),
});

const connectorsRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/connectors',
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/connectors/ConnectorList'), 'ConnectorList'),
});

const serviceHealthRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/service-health',
  validateSearch: serviceHealthSearch,
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/service-health/ServiceHealth'), 'ServiceHealth'),
});

const serviceIssueRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/service-health/issues/$id',
  validateSearch: serviceHealthSearch,
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/service-health/ServiceHealth'), 'ServiceHealth'),
});

const serviceMessageRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/service-health/messages/$id',
  validateSearch: serviceHealthSearch,
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/service-health/ServiceHealth'), 'ServiceHealth'),
});

const announcementSourcesRoute = createRoute({
  getParentRoute: () => tenantStatusRoute,
  path: '/service-health/sources',
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/service-health/Sources'), 'Sources'),
});

const connectorTypeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/tenant-status/connectors/$type',
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/connectors/ConnectorPage'), 'ConnectorPage'),
});

const connectorRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/tenant-status/connectors/$type/$id',
  loader: () => needWords('hub'),
  component: lazyRouteComponent(() => import('../routes/connectors/ConnectorPage'), 'ConnectorPage'),
});

const notificationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/notifications',
  beforeLoad: () => {
    throw redirect({ to: '/notifications/$tab', params: { tab: 'mine' }, replace: true });
  },
});

const notificationsTabRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/notifications/$tab',
  validateSearch: deliveriesSearch,
  loader: () => needWords('hub'),
  component: lazyRouteComponent(
    () => import('../routes/notifications/NotificationsPage'),
    'NotificationsPage',
  ),
});

const whatsNewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/whats-new',
  component: lazyRouteComponent(() => import('../routes/WhatsNewPage'), 'WhatsNewPage'),
});

const devicesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/devices',
  validateSearch: devicesSearch,
  component: lazyRouteComponent(() => import('../routes/devices/DevicesPage'), 'DevicesPage'),
});

const enrollmentRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/devices/enrollment',
  component: lazyRouteComponent(() => import('../routes/devices/EnrollmentPage'), 'EnrollmentPage'),
});

const deviceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/devices/$id',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/devices/$id/$tab', params: { id: params.id, tab: 'overview' }, replace: true });
  },
});

const deviceTabRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/devices/$id/$tab',
  validateSearch: deviceSearch,
  component: lazyRouteComponent(() => import('../routes/devices/DevicePage'), 'DevicePage'),
});

const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('../routes/UsersPage'), 'UsersPage'),
});

const warehouseRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/data-warehouse',
  validateSearch: warehouseSearch,
  component: lazyRouteComponent(() => import('../routes/warehouse/WarehousePage'), 'WarehousePage'),
});

const sqlRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/data-warehouse/sql',
  validateSearch: sqlSearch,
  component: lazyRouteComponent(() => import('../routes/warehouse/SqlPage'), 'SqlPage'),
});

const movedRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/data-warehouse/moved',
  component: lazyRouteComponent(() => import('../routes/warehouse/MovedPage'), 'MovedPage'),
});

const explorerRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/data-warehouse/explore/$collection',
  validateSearch: explorerSearch,
  component: lazyRouteComponent(() => import('../routes/warehouse/ExplorerPage'), 'ExplorerPage'),
});

const applicationsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/applications',
  component: lazyRouteComponent(() => import('../routes/applications/ApplicationsPage'), 'ApplicationsPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/audit-logs',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../routes/AuditLogsPage'), 'AuditLogsPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('../routes/AccountPage'), 'AccountPage'),
});

const unknownRoute = createRoute({ getParentRoute: () => appRoute, path: '$', component: NotFoundPage });

const routeTree = rootRoute.addChildren([
  signInRoute,
  appRoute.addChildren([
    indexRoute,
    tenantStatusRoute.addChildren([
      tenantStatusIndexRoute,
      tenantDetailsRoute,
      connectorsRoute,
      serviceHealthRoute,
      serviceIssueRoute,
      serviceMessageRoute,
      announcementSourcesRoute,
    ]),
    connectorTypeRoute,
    connectorRoute,
    notificationsRoute,
    notificationsTabRoute,
    whatsNewRoute,
    devicesRoute,
    enrollmentRoute,
    deviceRoute,
    deviceTabRoute,
    usersRoute,
    warehouseRoute,
    sqlRoute,
    movedRoute,
    explorerRoute,
    applicationsRoute,
    auditRoute,
    accountRoute,
    unknownRoute,
  ]),
]);

export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    context: { queryClient },
    defaultPreload: 'intent',
    scrollRestoration: true,
    // Plain `?q=laptop&page=2`, nothing quoted: people read and share these addresses.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
      const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
      return text ? `?${text}` : '';
    },
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
