// A checklist with everything in it. Written as JSON, so that the native tests can read it too, and typed, so that the
// types are tested: the checker, the schema and the types must all take it.

/** @type {import('../../www/cairn-checklist.d.ts').Definition} */
export const EVERYTHING = {
  "$schema": "../cairn/cairn-checklist.schema.json",
  "version": 1,
  "revision": 3,
  "id": "everything",
  "title": "Everything",
  "welcome": "All that a list can hold.",
  "farewell": "That was all.",
  "snooze_hours": 24,
  "ask_helpful": true,
  "levels": [
    { "id": "basics", "title": "Basics" },
    { "id": "more", "title": "More", "when": { "not": { "trait": "role", "is": "expert" } } }
  ],
  "tasks": [
    {
      "id": "make", "title": "Make a board", "detail": "Any board will do.", "minutes": 2, "level": "basics", "due_days": 3,
      "complete_when": { "event": "made", "where": { "kind": "board", "seats": { "at_least": 1 } } },
      "action": { "label": "Show me", "event": "show-make" },
      "milestone": "Your first board", "reward": { "message": "Well done!", "celebration": true, "event": "badge" },
      "resources": [
        { "title": "What a board is", "link": "#/guide" },
        { "kind": "video", "title": "Boards in a minute", "link": "https://example.com/video" }
      ]
    },
    {
      "id": "read", "title": "Read the guide", "detail": "All of it.", "level": "basics", "complete_when": "manual",
      "action": { "label": "Open", "link": "#/guide" }
    },
    {
      "id": "import", "title": "Import your data", "detail": "We do it with you.", "owner": "specialist", "level": "more",
      "when": { "any": [{ "path": "small" }, { "segment": "big" }] },
      "complete_when": { "any": [{ "event": "imported", "times": 2, "within_days": 7 }, { "element": ".imported" }, { "url": "/import/done*" }] }
    },
    {
      "id": "invite", "title": "Invite a teammate", "detail": "By mail.", "level": "more", "requires": ["make"],
      "complete_when": { "all": [{ "clicked": "#invite" }, { "filled": "app-form >>> input" }, { "not": { "variant": "never" } }, { "task": "make" }] }
    }
  ],
  "paths": [
    { "id": "small", "tasks": ["read", "make", "import"], "when": { "trait": "seats", "at_most": 5 } },
    { "id": "same", "tasks": ["make", "read", "invite"] }
  ],
  "control": { "path": "same", "holdout": 0.0 },
  "variants": {
    "experiment": "words",
    "arms": [
      { "id": "plain", "share": 1.0, "texts": { "welcome": "All that a list can hold, in plain words." } },
      { "id": "never", "share": 0.0, "locale": { "de": { "welcome": "Nie." } } }
    ]
  },
  "segments": {
    "version": 1,
    "revenue": "amount",
    "segments": [
      { "name": "big", "segment": { "kind": "did", "rule": { "event": "made" }, "times": "at_least", "n": 3 } }
    ]
  },
  "tours": [
    {
      "id": "look", "title": "A look around",
      "steps": [
        { "target": "#new", "text": "Make one here.", "advance_when": "clicked", "placement": "bottom" },
        { "target": "app-board >>> .card", "highlights": ["#a", "#b"], "title": "A card", "text": "Open it.", "missing": "center", "wait_millis": 500 },
        { "text": "That is all.", "modal": true }
      ]
    }
  ],
  "nudges": [
    {
      "id": "stuck", "text": "Imports fail now and then. Shall we look at it together?",
      "after": { "event": "import_failed", "times": 3, "within_hours": 1 }, "times": 2,
      "action": { "label": "Ask for help", "link": "mailto:ana@example.com" }
    },
    { "id": "idle", "text": "One board, and you are set.", "after": { "idle_hours": 24 }, "task": "make", "when": { "tour": "look" } }
  ],
  "survey": {
    "id": "first", "when": { "task": "read" },
    "questions": [
      { "id": "score", "kind": "nps", "text": "Would you recommend this?", "low": "Never", "high": "Surely" },
      { "id": "role", "kind": "choice", "text": "What do you do?", "options": ["I build", "I manage"] },
      { "id": "why", "kind": "text", "text": "What is missing?" }
    ]
  },
  "help": {
    "specialist": { "name": "Ana Ruiz", "picture": "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' fill='%233159d4'/%3E%3C/svg%3E", "contact": "mailto:ana@example.com" },
    "community": { "title": "Community", "link": "https://example.com/community" },
    "knowledge_base": { "title": "All articles", "link": "#/guide" }
  },
  "locale": {
    "de": {
      "title": "Alles",
      "levels": { "basics": { "title": "Grundlagen" } },
      "tasks": { "make": { "title": "Eine Tafel anlegen", "action": "Zeigen", "reward": "Gut gemacht!" } },
      "tours": { "look": { "steps": { "0": { "text": "Hier anlegen." } } } },
      "survey": { "questions": { "role": { "options": ["Ich baue", "Ich leite"] } } }
    }
  }
};
