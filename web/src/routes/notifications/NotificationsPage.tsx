/**
 * Alerts: what is mailed to the reader, the tenant's channels, and what was sent. Each part has an address.
 */
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { NOTIFICATION_TABS, type NotificationTab } from '../../app/search';
import { NotFound } from '../../app/screens';
import { Page, PageHeader } from '../../ui/layout';
import { PageTabs } from '../../ui/PageTabs';
import { Channels } from './Channels';
import { Deliveries } from './Deliveries';
import { MyMail } from './MyMail';

export function NotificationsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab } = useParams({ strict: false });
  const selected = NOTIFICATION_TABS.find((known) => known === tab);
  if (!selected) return <NotFound title={t('notFound.title')} text={t('notFound.text')} />;
  const names: Record<NotificationTab, string> = {
    mine: t('notify.tab.mine'),
    channels: t('notify.tab.channels'),
    deliveries: t('notify.tab.deliveries'),
  };
  return (
    <Page>
      <PageHeader
        title={t('page.notifications')}
        documentTitle={`${names[selected]} – ${t('page.notifications')}`}
        intro={t('notify.intro')}
      />
      <PageTabs
        label={t('notify.tabs')}
        tabs={NOTIFICATION_TABS.map((value) => ({ value, label: names[value] }))}
        selected={selected}
        onSelect={(next) => void navigate({ to: '/notifications/$tab', params: { tab: next } })}
      >
        {selected === 'mine' ? <MyMail /> : selected === 'channels' ? <Channels /> : <Deliveries />}
      </PageTabs>
    </Page>
  );
}
