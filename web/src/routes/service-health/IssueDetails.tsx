/**
 * One incident or advisory: what it means for people, and what was told of it over time.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { ServiceIssue } from '../../api/serviceHealth';
import { useLabels } from '../../i18n/labels';
import { Facts } from '../../ui/layout';
import { RichText } from '../../ui/RichText';
import { When } from '../../ui/When';
import { IssueActions } from './IssueActions';

const useStyles = makeStyles({
  details: { display: 'grid', gap: tokens.spacingVerticalL },
  heading: { margin: 0, fontSize: tokens.fontSizeBase300 },
  posts: { listStyleType: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalL },
  post: {
    borderLeft: `3px solid ${tokens.colorNeutralStroke1}`,
    paddingLeft: tokens.spacingHorizontalM,
    display: 'grid',
    gap: tokens.spacingVerticalXS,
  },
});

export function IssueDetails({ issue }: { issue: ServiceIssue }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const posts = issue.posts.toSorted((a, b) => (a.createdDateTime < b.createdDateTime ? 1 : -1));
  return (
    <div className={styles.details}>
      <Facts
        unknown={t('value.unknown')}
        facts={[
          { label: t('health.userImpact'), value: issue.impactDescription },
          { label: t('health.service'), value: labels.serviceName(issue.service) },
          { label: t('health.feature'), value: issue.feature && labels.feature(issue.feature) },
          { label: t('health.started'), value: <When iso={issue.startDateTime} /> },
          { label: t('health.updated'), value: <When iso={issue.lastModifiedDateTime} /> },
          { label: t('health.ended'), value: <When iso={issue.endDateTime} none={t('health.notEnded')} /> },
          ...issue.details.map(({ name, value }) => ({ label: name, value })),
        ]}
      />
      {posts.length > 0 ? (
        <>
          <h4 className={styles.heading}>{t('health.posts')}</h4>
          <ol className={styles.posts}>
            {posts.map((post) => (
              <li key={post.createdDateTime} className={styles.post}>
                <When iso={post.createdDateTime} />
                <RichText body={post.description} />
              </li>
            ))}
          </ol>
        </>
      ) : null}
      <IssueActions issue={issue} />
    </div>
  );
}
