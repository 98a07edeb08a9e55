-- +goose Up
-- The day on which a member asked to have the country remembered. Of rows from before, that of this step's writing.
ALTER TABLE countries ADD COLUMN since TEXT NOT NULL DEFAULT '2026-11-25' CHECK (length(since) = 10);
