/**
 * What a channel wants to hear, in which language and at what pace: the same fields for a person and a channel.
 */
import { Checkbox, Field, Input, makeStyles, Select, Switch, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ADDRESSES_MAX, SEVERITIES, type ChannelSettings } from '../../api/notifications';
import { LANGUAGE_NAMES, LANGUAGES } from '../../i18n/i18n';
import { useFormats } from '../../i18n/format';
import { useLabels } from '../../i18n/labels';

const REMIND_HOURS = [0, 4, 12, 24, 72, 168];

const useStyles = makeStyles({
  fields: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '560px' },
  group: {
    border: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalXXS,
    minWidth: 0,
  },
  legend: { padding: 0, fontWeight: tokens.fontWeightSemibold, marginBottom: tokens.spacingVerticalXS },
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 140px), 1fr))',
    gap: tokens.spacingHorizontalM,
  },
});

interface SettingsFieldsProps {
  settings: ChannelSettings;
  onChange: (settings: ChannelSettings) => void;
  topics: readonly string[];
  hasAddresses: boolean;
}

/** `07:00:00` of the server as `07:00` for the field, and back. */
function clock(time: string): string {
  return time.slice(0, 5);
}

export function SettingsFields({ settings, onChange, topics, hasAddresses }: SettingsFieldsProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const set = (change: Partial<ChannelSettings>) => onChange({ ...settings, ...change });
  const toggle = (topic: string, on: boolean) =>
    set({ topics: on ? [...settings.topics, topic] : settings.topics.filter((known) => known !== topic) });
  return (
    <div className={styles.fields}>
      {hasAddresses ? <Addresses settings={settings} set={set} /> : null}
      <fieldset className={styles.group}>
        <legend className={styles.legend}>{t('notify.topics')}</legend>
        {topics.map((topic) => (
          <Checkbox
            key={topic}
            label={labels.topic(topic)}
            checked={settings.topics.includes(topic)}
            onChange={(_, data) => toggle(topic, data.checked === true)}
          />
        ))}
      </fieldset>
      <Field label={t('notify.minSeverity')}>
        <Select value={settings.minSeverity} onChange={(_, data) => set({ minSeverity: data.value })}>
          {SEVERITIES.map((severity) => (
            <option key={severity} value={severity}>
              {labels.severity(severity)}
            </option>
          ))}
        </Select>
      </Field>
      <Pace settings={settings} set={set} />
      <Quiet settings={settings} set={set} />
      <Reminders settings={settings} set={set} />
      <div className={styles.pair}>
        <Field label={t('notify.language')}>
          <Select value={settings.language} onChange={(_, data) => set({ language: data.value })}>
            {LANGUAGES.map((language) => (
              <option key={language} value={language} lang={language}>
                {LANGUAGE_NAMES[language]}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('notify.timeZone')}>
          <Input value={settings.timeZone} onChange={(_, data) => set({ timeZone: data.value })} />
        </Field>
      </div>
    </div>
  );
}

interface PartProps {
  settings: ChannelSettings;
  set: (change: Partial<ChannelSettings>) => void;
}

function Addresses({ settings, set }: PartProps) {
  const { t } = useTranslation();
  const write = (at: number, value: string) => {
    const addresses = Array.from({ length: ADDRESSES_MAX }, (_, n) => settings.addresses[n] ?? '');
    addresses[at] = value;
    set({ addresses: addresses.filter((address, n) => address !== '' || n < at) });
  };
  return (
    <>
      {[...Array(ADDRESSES_MAX).keys()].map((at) => (
        <Field
          key={at}
          label={at === 0 ? t('notify.address') : t('notify.secondAddress')}
          required={at === 0}
        >
          <Input
            type="email"
            autoComplete="email"
            value={settings.addresses[at] ?? ''}
            onChange={(_, data) => write(at, data.value)}
          />
        </Field>
      ))}
    </>
  );
}

function Pace({ settings, set }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <div className={styles.pair}>
      <Field label={t('notify.pace')}>
        <Select
          value={settings.pace}
          onChange={(_, data) => set({ pace: data.value === 'digest' ? 'digest' : 'atOnce' })}
        >
          <option value="atOnce">{t('notify.atOnce')}</option>
          <option value="digest">{t('notify.digest')}</option>
        </Select>
      </Field>
      {settings.pace === 'digest' ? (
        <Field label={t('notify.digestAt')}>
          <Input
            type="time"
            value={clock(settings.digestAt)}
            onChange={(_, data) => set({ digestAt: `${data.value}:00` })}
          />
        </Field>
      ) : null}
    </div>
  );
}

function Quiet({ settings, set }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const quiet = settings.quietHours;
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{t('notify.quiet')}</legend>
      <Switch
        label={t('notify.quietOn')}
        checked={quiet !== null}
        onChange={(_, data) =>
          set({
            quietHours: data.checked
              ? { from: '22:00:00', until: '07:00:00', letsCriticalThrough: true }
              : null,
          })
        }
      />
      {quiet ? (
        <>
          <div className={styles.pair}>
            <Field label={t('notify.quietFrom')}>
              <Input
                type="time"
                value={clock(quiet.from)}
                onChange={(_, data) => set({ quietHours: { ...quiet, from: `${data.value}:00` } })}
              />
            </Field>
            <Field label={t('notify.quietUntil')}>
              <Input
                type="time"
                value={clock(quiet.until)}
                onChange={(_, data) => set({ quietHours: { ...quiet, until: `${data.value}:00` } })}
              />
            </Field>
          </div>
          <Checkbox
            label={t('notify.letsCriticalThrough')}
            checked={quiet.letsCriticalThrough}
            onChange={(_, data) =>
              set({ quietHours: { ...quiet, letsCriticalThrough: data.checked === true } })
            }
          />
        </>
      ) : null}
    </fieldset>
  );
}

function Reminders({ settings, set }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const format = useFormats();
  const hours = settings.remindEveryHours ?? 0;
  const known = REMIND_HOURS.includes(hours) ? REMIND_HOURS : [...REMIND_HOURS, hours];
  return (
    <div className={styles.group}>
      <Field label={t('notify.remind')}>
        <Select
          value={String(hours)}
          onChange={(_, data) => set({ remindEveryHours: Number(data.value) || null })}
        >
          {known.map((every) => (
            <option key={every} value={every}>
              {every === 0
                ? t('notify.remindNever')
                : t('notify.remindEvery', { count: every, number: format.number(every) })}
            </option>
          ))}
        </Select>
      </Field>
      <Checkbox
        label={t('notify.tellsResolved')}
        checked={settings.tellsResolved}
        onChange={(_, data) => set({ tellsResolved: data.checked === true })}
      />
    </div>
  );
}
