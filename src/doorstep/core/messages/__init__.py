"""What shoppers are told and what they answer: links, messages, surveys, and what delays their parcels."""
