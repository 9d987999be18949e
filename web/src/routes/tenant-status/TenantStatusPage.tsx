/**
 * Tenant status: the hub. Three tabs, each with its own address; connectors and messages open below them.
 */
import { Button } from '@fluentui/react-components';
import { AlertRegular, PrintRegular } from '@fluentui/react-icons';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page, PageHeader } from '../../ui/layout';
import { ButtonLink } from '../../ui/links';
import { PageTabs } from '../../ui/PageTabs';

const TABS = ['details', 'connectors', 'service-health'] as const;
type Tab = (typeof TABS)[number];

export function TenantStatusPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
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
      <PageTabs
        label={t('tenantStatus.tabs')}
        tabs={TABS.map((value) => ({ value, label: names[value] }))}
        selected={selected}
        onSelect={(tab) => void navigate({ to: `/tenant-status/${tab}` })}
      >
        <Outlet />
      </PageTabs>
    </Page>
  );
}
