/**
 * Incidents and advisories that affect this tenant. One opens in place, under an address of its own.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HEALTH_UPDATE, issueQuery, issuesQuery, type ServiceIssue } from '../../api/serviceHealth';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';
import { DialogButton } from '../../ui/DialogButton';
import { Disclosures } from '../../ui/Disclosures';
import { ButtonLink, RouterLink } from '../../ui/links';
import { Needs, useMay } from '../../ui/Needs';
import { Time } from '../../ui/Time';
import { IssueDetails } from './IssueDetails';
import { IssueDialog } from './IssueDialog';
import { ClassificationBadge, ServiceStatusBadge } from './badges';
import { Section } from './Section';

export const useRowStyles = makeStyles({
  row: { display: 'grid', gap: tokens.spacingVerticalXS },
  title: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  note: { margin: 0, color: tokens.colorNeutralForeground2 },
  more: { marginTop: tokens.spacingVerticalM, '@media print': { display: 'none' } },
  tools: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

function Head({ issue }: { issue: ServiceIssue }) {
  const styles = useRowStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  return (
    <span className={styles.row}>
      <span className={styles.title}>{issue.title}</span>
      <span className={styles.meta}>
        <ClassificationBadge classification={issue.classification} />
        <ServiceStatusBadge status={issue.status} />
        <span>{labels.serviceName(issue.service)}</span>
        <span>
          {t('health.updated')} <Time iso={issue.lastModifiedDateTime} relative />
        </span>
        <span>{issue.id}</span>
      </span>
    </span>
  );
}

/** The open issue is listed even when it has ended: its address may have come in a mail. */
function useShown(issues: ServiceIssue[], open: string | undefined): ServiceIssue[] {
  const { i18n } = useTranslation();
  const isListed = issues.some((issue) => issue.id === open);
  const one = useQuery({
    ...issueQuery(i18n.language, open ?? ''),
    enabled: open !== undefined && !isListed,
  });
  const found = one.data;
  return useMemo(
    () => (found && !isListed && found.id === open ? [found, ...issues] : issues),
    [found, isListed, open, issues],
  );
}

/** An operator's hand: opening an issue, and where others are imported from. */
function Manage() {
  const styles = useRowStyles();
  const { t } = useTranslation();
  const [isOpening, setOpening] = useState(false);
  return (
    <Needs permission={HEALTH_UPDATE}>
      <div className={styles.tools}>
        <ButtonLink to="/tenant-status/service-health/sources">{t('sources.link')}</ButtonLink>
        <DialogButton icon={<AddRegular />} onClick={() => setOpening(true)}>
          {t('health.openIssue')}
        </DialogButton>
      </div>
      {isOpening ? <IssueDialog onClose={() => setOpening(false)} /> : null}
    </Needs>
  );
}

function ImportHint() {
  const { t } = useTranslation();
  if (!useMay(HEALTH_UPDATE)) return null;
  return (
    <p>
      {t('sources.hint')}{' '}
      <RouterLink to="/tenant-status/service-health/sources">{t('sources.connect')}</RouterLink>
    </p>
  );
}

const NONE: ServiceIssue[] = [];

export function Issues({ open }: { open: string | undefined }) {
  const styles = useRowStyles();
  const { t, i18n } = useTranslation();
  const format = useFormats();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const past = search.past === 'issues';
  const answer = useQuery(issuesQuery(i18n.language, past));
  const issues = useShown(answer.data?.value ?? NONE, open);
  const keep = { search: { past: search.past, messages: search.messages }, resetScroll: false } as const;
  const go = (id: string | undefined) =>
    id
      ? navigate({ to: '/tenant-status/service-health/issues/$id', params: { id }, ...keep })
      : navigate({ to: '/tenant-status/service-health', ...keep });
  const active = issues.filter((issue) => !issue.isResolved).length;
  return (
    <Section
      title={t('health.issuesTitle', { count: active, number: format.number(active) })}
      answer={answer}
      actions={<Manage />}
    >
      <p className={styles.note}>{t('health.onlyAffecting')}</p>
      {issues.length === 0 ? <p>{past ? t('health.noPastIssues') : t('health.noIssues')}</p> : null}
      {issues.length === 0 ? <ImportHint /> : null}
      <Disclosures
        entries={issues.map((issue) => ({ id: issue.id, issue, head: <Head issue={issue} /> }))}
        open={open}
        onOpen={(id) => void go(id)}
      >
        {({ issue }) => <IssueDetails issue={issue} />}
      </Disclosures>
      <div className={styles.more}>
        <Button
          aria-pressed={past}
          onClick={() =>
            void navigate({
              to: '.',
              search: (old) => ({ ...old, past: past ? undefined : 'issues' }),
              resetScroll: false,
            })
          }
        >
          {past ? t('health.hidePast') : t('health.seePast')}
        </Button>
      </div>
    </Section>
  );
}
