/**
 * Tenant status: the hub. Three tabs, each with its own address; connectors and messages open below them.
 */
import { Button } from '@fluentui/react-components';
import { AlertRegular, PrintRegular } from '@fluentui/react-icons';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page, PageHeader } from '../../ui/layout';
import { ButtonLink } from '../../ui/links';
import { LinkTabs } from '../../ui/LinkTabs';

const TABS = ['details', 'connectors', 'service-health'] as const;
type Tab = (typeof TABS)[number];

export function TenantStatusPage() {
  const { t } = useTranslation();
  const part = useRouterState({ select: (state) => state.location.pathname.split('/')[2] });
  const selected: Tab = TABS.find((tab) => tab === part) ?? 'details';
  const names: Record<Tab, string> = {
    details: t('tab.tenantDetails'),
    connectors: t('tab.connectorStatus'),
    'service-health': t('tab.serviceHealth'),
  };
  const intros: Record<Tab, string> = {
    details: t('tenant.intro'),
    connectors: t('connectors.intro'),
    'service-health': t('health.intro'),
  };
  return (
    <Page>
      <PageHeader
        title={t('page.tenantStatus')}
        documentTitle={
          selected === 'details' ? t('page.tenantStatus') : `${names[selected]} – ${t('page.tenantStatus')}`
        }
        intro={intros[selected]}
        actions={
          <>
            <ButtonLink to="/notifications" icon={<AlertRegular />}>
              {t('page.notifications')}
            </ButtonLink>
            <Button icon={<PrintRegular />} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      <LinkTabs
        label={t('tenantStatus.tabs')}
        tabs={TABS.map((tab) => ({ to: `/tenant-status/${tab}`, label: names[tab] }))}
      />
      <Outlet />
    </Page>
  );
}
