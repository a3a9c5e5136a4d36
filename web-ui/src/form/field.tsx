import { NativeSelect, NumberInput, PasswordInput, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConfigIssue, FormField, PublicConfig, SecretMark } from '../../../daemon/src/api/contract.ts';
import { language, say, t } from '../i18n/index.ts';
import { Choices, GroupField, ListField, References, Texts, VariantField } from './compound.tsx';
import { ForwardTarget, MailboxChoice, Targets } from './targets.tsx';
import { issuesAt } from './value.ts';

/** What every control is given. */
export interface ControlProps {
  field: FormField;
  value: unknown;
  onChange(value: unknown): void;
  /** JSON pointer within the item. */
  path: string;
  issues: readonly ConfigIssue[];
  /** For references to other parts. */
  config: PublicConfig;
}

export const secretMark: SecretMark = '••••••••';

/** The fields in order, the technical ones folded away. */
export function Fields(
  props: Omit<ControlProps, 'field' | 'value' | 'onChange'> & {
    fields: readonly FormField[];
    item: Record<string, unknown>;
    onField(key: string, value: unknown): void;
  },
) {
  const { fields, item, onField, path, ...rest } = props;
  const draw = (field: FormField) => (
    <Field
      key={field.key}
      {...rest}
      field={field}
      value={item[field.key]}
      path={`${path}/${field.key}`}
      onChange={(value) => onField(field.key, value)}
    />
  );
  const technical = fields.filter((f) => f.technical);
  const wrong = technical.some((f) => issuesAt(rest.issues, `${path}/${f.key}`).length > 0);
  return (
    <>
      {fields.filter((f) => !f.technical).map(draw)}
      {technical.length > 0 && (
        <details className="technical-fields" open={wrong}>
          <summary>{t('technical')}</summary>
          {technical.map(draw)}
        </details>
      )}
    </>
  );
}

/** Fields that hold one target: of a forwarding, of an overflow, a member of a group, whom a menu puts through to, where a queue leads. */
const oneTarget =
  /\/(?:(?:always|busy|noAnswer|unreachable|overflow)\/\d+\/to|members\/\d+\/target|nodes\/\d+\/does\/to)$|^\/(?:afterWait|whenFull|nobodyTo)$/;

/** One field with its label, help and faults. */
export function Field(props: ControlProps) {
  const { field, path, issues } = props;
  if (field.type === 'group') return <GroupField {...props} field={field} />;
  if (field.type === 'list') return <ListField {...props} field={field} />;
  if (field.type === 'variant') return <VariantField {...props} field={field} />;
  if (path.endsWith('/targets')) return <Targets {...props} />;
  if (field.type === 'choices') return <Choices {...props} field={field} />;
  if (field.type === 'references') return <References {...props} field={field} />;
  if (field.type === 'texts') return <Texts {...props} field={field} />;
  if (field.type === 'text' && oneTarget.test(path)) return <ForwardTarget {...props} />;
  if (/\/nodes\/\d+\/does\/mailbox$/.test(path)) return <MailboxChoice {...props} />;
  const own = issuesAt(issues, path);
  const id = idOf(path);
  return (
    <div className="field" data-field={path}>
      <Input {...props} id={id} own={own} />
    </div>
  );
}

interface InputProps extends ControlProps {
  id: string;
  /** What is wrong with this very field. */
  own: readonly ConfigIssue[];
}

/** What every control of the library is given: its words, its help and what is wrong with it. */
export function wording(field: FormField, id: string, own: readonly ConfigIssue[]) {
  return {
    id,
    label: say(field.title),
    description: field.help && say(field.help),
    error: own.length > 0 && own.map((issue) => say(issue.said)).join(' '),
    withAsterisk: field.required,
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      | 'label'
      | 'input'
      | 'description'
      | 'error'
    )[],
    errorProps: { className: 'error' },
  };
}

function Input({ field, value, onChange, id, own, config }: InputProps) {
  const common = wording(field, id, own);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const change = (typed: string): void =>
    onChange(typed === '' && !field.required && field.default === undefined ? undefined : typed);
  switch (field.type) {
    case 'boolean': {
      const { inputWrapperOrder: _order, withAsterisk: _asterisk, errorProps: _error, ...words } = common;
      return (
        <Switch {...words} checked={value === true} onChange={(e) => onChange(e.currentTarget.checked)} />
      );
    }
    case 'integer':
    case 'decimal':
      return (
        <NumberInput
          {...common}
          // Out of range is said in words, and not put right behind somebody's back.
          clampBehavior="none"
          {...(field.min !== undefined && { min: field.min })}
          {...(field.max !== undefined && { max: field.max })}
          allowDecimal={field.type === 'decimal'}
          decimalSeparator={language.value === 'ru' ? ',' : '.'}
          allowedDecimalSeparators={[',', '.']}
          inputMode={field.type === 'integer' ? 'numeric' : 'decimal'}
          value={typeof value === 'number' ? value : ''}
          rightSection={field.unit && <span className="unit">{say(field.unit)}</span>}
          rightSectionWidth={field.unit ? `${say(field.unit).length * 0.6 + 1.5}rem` : 0}
          onChange={(typed) => onChange(typed === '' ? undefined : Number(typed))}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          value={text}
          onChange={(e) => {
            const chosen = field.choices.find((c) => String(c.value) === e.currentTarget.value);
            onChange(chosen?.value);
          }}
        >
          {!field.required && field.default === undefined && <option value="">{t('form.none')}</option>}
          {field.choices.map((c) => (
            <option key={c.value} value={c.value}>
              {say(c.title)}
            </option>
          ))}
        </NativeSelect>
      );
    case 'reference':
      return (
        <NativeSelect
          {...common}
          value={text}
          onChange={(e) => {
            const chosen = itemsOf(config, field.section).find(
              (o) => String(o.value) === e.currentTarget.value,
            );
            onChange(chosen?.value);
          }}
        >
          <option value="">{field.required ? t('form.choose') : t('form.none')}</option>
          {itemsOf(config, field.section).map(({ value: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </NativeSelect>
      );
    case 'secret':
      return (
        <PasswordInput
          {...common}
          autoComplete="off"
          placeholder={text === secretMark ? t('form.secretKept') : ''}
          value={text === secretMark ? '' : text}
          maxLength={field.maxLength}
          visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      );
    case 'time':
    case 'date':
      return (
        <TextInput
          {...common}
          type={field.type}
          value={text}
          onChange={(e) => change(e.currentTarget.value)}
        />
      );
    case 'text':
    case 'number-text':
      return (
        <TextInput
          {...common}
          inputMode={field.type === 'number-text' ? 'tel' : 'text'}
          placeholder={field.placeholder}
          maxLength={field.maxLength}
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => change(e.currentTarget.value)}
        />
      );
    default:
      return null;
  }
}

/** Help and faults under a control. */
export function Notes({
  id,
  field,
  issues,
}: {
  id: string;
  field: FormField;
  issues: readonly ConfigIssue[];
}) {
  return (
    <>
      {field.help && (
        <p className="help" id={`${id}-help`}>
          {say(field.help)}
        </p>
      )}
      {issues.length > 0 && (
        <p className="error" id={`${id}-error`}>
          {issues.map((issue) => say(issue.said)).join(' ')}
        </p>
      )}
    </>
  );
}

export function Required(): ReactNode {
  return (
    <span className="required" title={t('form.required')}>
      <span aria-hidden="true">*</span>
      <span className="sr-only"> ({t('form.required')})</span>
    </span>
  );
}

export const idOf = (path: string): string => `f${path.replaceAll('/', '-')}`;

export function describe(id: string, field: FormField, issues: readonly ConfigIssue[]): string | undefined {
  const ids = [field.help && `${id}-help`, issues.length > 0 && `${id}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}

/** What a reference may point at: the items of that part of the configuration by their names. */
export function itemsOf(config: PublicConfig, section: string): { value: string | number; name: string }[] {
  const list: unknown =
    section === 'telephones' || section === 'lines'
      ? config.ports.filter((port) => port.kind === (section === 'lines' ? 'fxo' : 'fxs'))
      : config[section as keyof PublicConfig];
  if (!Array.isArray(list)) return [];
  return list.map((item: { id?: string; number?: number; name?: string }) =>
    item.id !== undefined
      ? { value: item.id, name: item.name || item.id }
      : {
          value: item.number ?? 0,
          name: t('port.numbered', { n: item.number ?? '' }) + (item.name ? `: ${item.name}` : ''),
        },
  );
}
