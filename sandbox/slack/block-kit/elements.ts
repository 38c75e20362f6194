import { checkChild, checkList, checkString, checkText, type Findings } from "#sandbox/slack/block-kit/findings";
import { LIMITS } from "#sandbox/slack/limits";
import type { Block } from "#sandbox/slack/model";

export type Place = "actions" | "accessory" | "input" | "context" | "context_actions" | "card";

type ElementRule = { readonly places: readonly Place[]; check(element: Block, at: string, found: Findings): void };

const everywhere: readonly Place[] = ["actions", "accessory", "input"];
const onButtons: readonly Place[] = ["actions", "accessory", "card"];

const withAction = (element: Block, at: string, found: Findings) => {
  checkString(element, "action_id", at, LIMITS.actionId, "optional", found);
  checkConfirm(element, at, found);
  checkText(element, "placeholder", at, { max: LIMITS.placeholder, plain: true, needed: "optional" }, found);
};

const checkButton: ElementRule["check"] = (element, at, found) => {
  withAction(element, at, found);
  checkText(element, "text", at, { max: LIMITS.buttonText, plain: true, needed: "required" }, found);
  checkString(element, "value", at, LIMITS.buttonValue, "optional", found);
  checkString(element, "url", at, LIMITS.buttonUrl, "optional", found);
  checkString(element, "accessibility_label", at, LIMITS.accessibilityLabel, "optional", found);
  const style = element.style;
  if (style !== undefined && style !== "primary" && style !== "danger") {
    found.add("must be a valid enum value", `${at}/style`);
  }
};

const checkChoices =
  (max: number): ElementRule["check"] =>
  (element, at, found) => {
    withAction(element, at, found);
    checkList(element, "options", at, max, "required", found, (option, where) => checkOption(option, where, found));
  };

const checkSelect: ElementRule["check"] = (element, at, found) => {
  withAction(element, at, found);
  if (element.option_groups === undefined) {
    checkList(element, "options", at, LIMITS.selectOptions, "required", found, (option, where) =>
      checkOption(option, where, found),
    );
    return;
  }
  checkList(element, "option_groups", at, LIMITS.optionGroups, "required", found, (group, where) => {
    checkText(group, "label", where, { max: LIMITS.optionText, plain: true, needed: "required" }, found);
    checkList(group, "options", where, LIMITS.selectOptions, "required", found, (option, below) =>
      checkOption(option, below, found),
    );
  });
};

const checkInput: ElementRule["check"] = (element, at, found) => {
  withAction(element, at, found);
  checkString(element, "initial_value", at, LIMITS.inputLength, "optional", found);
  const { min_length: min, max_length: max } = element;
  if (typeof max === "number" && (max < 1 || max > LIMITS.inputLength)) {
    found.add(`must be between 1 and ${LIMITS.inputLength}`, `${at}/max_length`);
  }
  if (typeof min === "number" && (min < 0 || min > LIMITS.inputLength)) {
    found.add(`must be between 0 and ${LIMITS.inputLength}`, `${at}/min_length`);
  }
};

const checkImage: ElementRule["check"] = (element, at, found) => {
  checkString(element, "alt_text", at, LIMITS.altText, "required", found);
  if (element.slack_file === undefined) checkString(element, "image_url", at, LIMITS.imageUrl, "required", found);
};

const rules: Readonly<Record<string, ElementRule>> = {
  button: { places: onButtons, check: checkButton },
  workflow_button: { places: ["actions", "accessory"], check: checkButton },
  overflow: { places: ["actions", "accessory"], check: checkChoices(LIMITS.overflowOptions) },
  checkboxes: { places: everywhere, check: checkChoices(LIMITS.choiceOptions) },
  radio_buttons: { places: everywhere, check: checkChoices(LIMITS.choiceOptions) },
  static_select: { places: everywhere, check: checkSelect },
  multi_static_select: { places: ["accessory", "input"], check: checkSelect },
  external_select: { places: everywhere, check: withAction },
  multi_external_select: { places: ["accessory", "input"], check: withAction },
  users_select: { places: everywhere, check: withAction },
  multi_users_select: { places: ["accessory", "input"], check: withAction },
  conversations_select: { places: everywhere, check: withAction },
  multi_conversations_select: { places: ["accessory", "input"], check: withAction },
  channels_select: { places: everywhere, check: withAction },
  multi_channels_select: { places: ["accessory", "input"], check: withAction },
  datepicker: { places: everywhere, check: withAction },
  timepicker: { places: everywhere, check: withAction },
  datetimepicker: { places: ["actions", "input"], check: withAction },
  plain_text_input: { places: ["input"], check: checkInput },
  email_text_input: { places: ["input"], check: withAction },
  url_text_input: { places: ["input"], check: withAction },
  number_input: { places: ["input"], check: withAction },
  rich_text_input: { places: ["input"], check: withAction },
  file_input: { places: ["input"], check: withAction },
  image: { places: ["accessory", "context"], check: checkImage },
  feedback_buttons: { places: ["context_actions"], check: withAction },
  icon_button: { places: ["context_actions"], check: withAction },
};

/** One interactive (or image) element in the place where it stands. */
export function checkElement(element: Block, place: Place, at: string, found: Findings) {
  const type = element.type;
  if (typeof type !== "string") return found.add("missing required field: type", at);
  const rule = rules[type];
  if (!rule?.places.includes(place)) return found.add(`unsupported type: ${type}`, `${at}/type`);
  rule.check(element, at, found);
}

function checkOption(option: Block, at: string, found: Findings) {
  checkText(option, "text", at, { max: LIMITS.optionText, needed: "required" }, found);
  checkString(option, "value", at, LIMITS.optionValue, "required", found);
  checkText(option, "description", at, { max: LIMITS.optionText, needed: "optional" }, found);
}

function checkConfirm(element: Block, at: string, found: Findings) {
  checkChild(element, "confirm", at, "optional", found, (confirm, where) => {
    checkText(confirm, "title", where, { max: LIMITS.confirmTitle, plain: true, needed: "required" }, found);
    checkText(confirm, "text", where, { max: LIMITS.confirmText, needed: "required" }, found);
    checkText(confirm, "confirm", where, { max: LIMITS.confirmButton, plain: true, needed: "required" }, found);
    checkText(confirm, "deny", where, { max: LIMITS.confirmButton, plain: true, needed: "required" }, found);
  });
}
